import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fresh, onScreen, recall, remember, type Memory } from '../../../src-main/shell/memory'

const dir = mkdtempSync(join(tmpdir(), 'homegrown-memory-'))
const file = join(dir, 'window.json')
afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
})

describe('the memory of the window', () => {
  it('comes back as it was', () => {
    const memory: Memory = {
      bounds: { x: 10, y: 20, width: 1000, height: 700 },
      maximized: true,
      theme: 'dark',
      locale: 'zh-CN',
    }
    remember(file, memory)
    expect(recall(file)).toEqual(memory)
  })

  it.each(['', 'null', '[]', '{"bounds":{"x":"1"},"theme":"pink"}', '{"bounds":{"x":0,"y":0,"width":3,"height":3}}'])(
    'is fresh when the file says %s',
    (content) => {
      writeFileSync(file, content)
      expect(recall(file)).toEqual(fresh)
    },
  )

  it('is fresh without a file, and a folder that is not there stops nothing', () => {
    expect(recall(join(dir, 'absent.json'))).toEqual(fresh)
    expect(() => {
      remember(join(dir, 'absent', 'window.json'), fresh)
    }).not.toThrow()
  })
})

describe('onScreen', () => {
  const area = { x: 0, y: 0, width: 1920, height: 1080 }
  const bounds = { x: 100, y: 100, width: 1000, height: 700 }
  it('keeps bounds that a person can reach', () => {
    expect(onScreen(bounds, [area])).toEqual(bounds)
    expect(onScreen({ ...bounds, x: 2000 }, [area, { ...area, x: 1920 }])).not.toBeNull()
  })
  it('drops bounds on a screen that is gone', () => {
    expect(onScreen({ ...bounds, x: 2000 }, [area])).toBeNull()
    expect(onScreen({ ...bounds, y: -50 }, [area])).toBeNull()
    expect(onScreen({ ...bounds, x: 1900 }, [area])).toBeNull()
    expect(onScreen(null, [area])).toBeNull()
  })
})
