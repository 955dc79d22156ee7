import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { fillIn, savingLines, savingPage } from '../../../src-main/shell/saving-page'
import { texts } from '../../../src-main/shell/text'
import type { Closing } from '../../../src-preload/contract/wire'

const run = { name: 'Tales', savedStep: 12_000, saved: { doneBytes: 1.25 * 1024 ** 3, totalBytes: 3.5 * 1024 ** 3 } }
const lines = (closing: Closing, language: keyof typeof texts = 'en') => savingLines(closing, 12_400, texts[language])

describe('the window of a program that saves and ends', () => {
  it('says what is saved, how far it is and what remains without it', () => {
    expect(lines({ run })).toEqual({
      doing: 'Saving “Tales”',
      far: '1.3 GB of 3.5 GB · 12 sec',
      share: 1.25 / 3.5,
      quitNow: 'Quit now (keeps step 12,000)',
    })
    expect(lines({ run }, 'zh-CN')).toMatchObject({
      doing: '正在保存“Tales”',
      far: '1.3 GB / 3.5 GB · 12秒',
      quitNow: '立即退出（保留到第 12,000 步）',
    })
  })

  it('has a clock where nothing is written yet', () => {
    expect(lines({ run: { ...run, savedStep: 0, saved: null } })).toEqual({
      doing: 'Finishing a training step of “Tales”',
      far: '12 sec',
      share: null,
      quitNow: 'Quit now (nothing is saved yet)',
    })
  })

  it('asks nobody where nothing would be lost', () => {
    expect(lines({ run: null })).toMatchObject({ doing: 'Closing Homegrown', quitNow: null })
  })

  it('shows a name as it is, whatever it holds', () => {
    const name = '</script>`${1}"\u2028'
    const script = fillIn(lines({ run: { ...run, name } }))
    const elements = new Map(
      ['doing', 'share', 'far', 'quit-now'].map((id) => [id, { textContent: '', removeAttribute: () => undefined }]),
    )
    const document = { getElementById: (id: string) => elements.get(id) }
    runInNewContext(script, { document })
    expect(elements.get('doing')?.textContent).toBe(`Saving “${name}”`)
    expect(savingPage(texts.en)).toContain("default-src 'none'")
  })
})
