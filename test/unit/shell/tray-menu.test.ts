import { describe, expect, it, vi } from 'vitest'
import type { ActiveRun, Activity } from '../../../src-main/shell/activity'
import { texts } from '../../../src-main/shell/text'
import { trayItems, trayLine } from '../../../src-main/shell/tray-menu'

const tales: ActiveRun = {
  ...{ runId: 'a', name: 'Tales', isRunning: true, isEnding: false },
  ...{ progress: 0.43, leftMs: 12 * 60_000 },
}
const next: ActiveRun = { ...tales, runId: 'b', name: 'Next', isRunning: false, progress: 0, leftMs: null }
const running: Activity = { runs: [tales, next], paused: null }
const actions = { open: vi.fn(), pause: vi.fn(), resume: vi.fn(), quit: vi.fn() }
const labels = (activity: Activity, locale: 'en' | 'zh-CN' = 'en') =>
  trayItems(activity, texts[locale], actions).map(({ label, type }) => label ?? type)

describe('the tray', () => {
  it.each([
    [tales, 'Tales – 43%, about 12 min left', 'Tales：43%，约剩 12分钟'],
    [{ ...tales, leftMs: 125 * 60_000 }, 'Tales – 43%, about 2 hr 5 min left', 'Tales：43%，约剩 2小时 5分钟'],
    [{ ...tales, leftMs: 0 }, 'Tales – 43%, less than a minute left', 'Tales：43%，不到一分钟'],
    [{ ...tales, leftMs: null }, 'Tales – 43%', 'Tales：43%'],
    [{ ...tales, isEnding: true }, 'Tales – saving', 'Tales：正在保存'],
    [next, 'Next – waiting', 'Next：排队中'],
  ])('says how %o stands', (run, english, chinese) => {
    expect(trayLine({ runs: [run], paused: null }, texts.en)).toBe(english)
    expect(trayLine({ runs: [run], paused: null }, texts['zh-CN'])).toBe(chinese)
  })

  it('offers to pause what trains, and to resume what was paused there', () => {
    expect(labels(running)).toEqual([
      ...['Tales – 43%, about 12 min left', 'Also queued: 1', 'separator'],
      ...['Open Homegrown', 'Pause', 'separator', 'Save and quit'],
    ])
    const paused: Activity = { runs: [], paused: { runId: 'a', name: 'Tales' } }
    expect(labels(paused)).toEqual([
      ...['Tales – paused', 'separator', 'Open Homegrown', 'Resume', 'separator', 'Quit Homegrown'],
    ])
    for (const item of trayItems(paused, texts.en, actions)) item.click?.(null as never, undefined, null as never)
    expect(actions.resume).toHaveBeenCalledWith('a')
    expect(labels({ runs: [{ ...tales, isEnding: true }], paused: null })).not.toContain('Pause')
    expect(labels({ runs: [], paused: null })[0]).toBe('Nothing is training')
    expect(labels(running, 'zh-CN')).toContain('保存并退出')
  })
})
