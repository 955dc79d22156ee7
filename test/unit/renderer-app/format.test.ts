import { afterEach, describe, expect, it } from 'vitest'
import { useFormat } from '../../../src-renderer/composables/useFormat'
import { i18n } from '../../../src-renderer/text/i18n'

afterEach(() => {
  i18n.global.locale.value = 'en'
})
const format = useFormat()

describe('useFormat', () => {
  it.each([
    [0, '0 bytes'],
    [1023, '1,023 bytes'],
    [1536, '1.5 kB'],
    [16 * 1024 ** 3, '16 GB'],
  ])('%i bytes → %s', (size, text) => {
    expect(format.bytes(size)).toBe(text)
  })

  it.each([
    [0, '0 sec'],
    [999, '0 sec'],
    [59_999, '59 sec'],
    [60_000, '1 min'],
    [83_000, '1 min 23 sec'],
    [3_661_000, '1 hr 1 min'],
    [90_000_000, '1 day 1 hr'],
    [-5, '0 sec'],
  ])('%i ms → %s', (durationMs, text) => {
    expect(format.duration(durationMs)).toBe(text)
  })

  it.each([
    [0, '0'],
    [0.001, '0.001'],
    [0.0003, '0.0003'],
    [1.5e-5, '1.5e-5'],
    [1e-8, '1e-8'],
    [2048, '2048'],
    [65_536, '65,536'],
    [2_147_483_647, '2,147,483,647'],
  ])('%d precisely → %s', (value, text) => {
    expect(format.precise(value)).toBe(text)
  })

  it('says how long ago', () => {
    expect(format.ago(1_000_000, 1_030_000)).toBe('just now')
    expect(format.ago(0, 5 * 60_000)).toBe('5 minutes ago')
    // A clock that was set back must not show the future.
    expect(format.ago(10_000, 0)).toBe('just now')
  })

  it('follows the language', () => {
    i18n.global.locale.value = 'zh-CN'
    expect(format.duration(83_000)).toMatch(/1分钟\s?23秒/)
    expect(format.compact(12_345)).toBe('1.2万')
    // Intl's word for this moment would make “now add” of “added just now”.
    expect(format.ago(1_000_000, 1_030_000)).toBe('刚刚')
  })
})
