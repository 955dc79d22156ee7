import stringWidth from 'string-width'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aligned, fit, harmlessJson, oneLine, visible } from '../../../src-main/cli/visible'
import { localTime } from '../../../src-main/cli/local-time'

describe('what others wrote', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', '␛[31mred␛[0m'],
    ['a\nb\tc\r', 'a␊b␉c␍'],
    ['\u007f', '␡'],
    ['\u009b31m', '<009b>31m'],
    ['\u202etxt.exe', '<202e>txt.exe'],
    ['naïve 模型 👩‍🚀 שלום\u200f', 'naïve 模型 👩‍🚀 שלום\u200f'],
  ])('%j is shown as %s', (text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  it('keeps the lines of a longer text', () => {
    expect(visible('a\n\tb\u001b', '\n\t')).toBe('a\n\tb␛')
  })

  it('never steers a terminal, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
        expect(oneLine(text)).not.toMatch(/[\n\r\u2028\u2029\u0085]/)
        const json = harmlessJson(JSON.stringify(text))
        expect(json).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
        expect(JSON.parse(json)).toBe(text)
      }),
    )
  })
})

describe('columns', () => {
  it('begin below each other, however wide a character is', () => {
    const lines = aligned([
      ['id', 'name', 'state'],
      ['1', '我的模型', 'done'],
      ['2', '🫠👩‍🚀e\u0301', 'done'],
    ])
    const before = lines.map((line) => stringWidth(line.replace(/(state|done)$/, '')))
    expect(new Set(before).size).toBe(1)
  })

  it('are cut between whole characters', () => {
    expect(fit('我的模型', 5)).toBe('我的…')
    expect(fit('👩‍🚀👩‍🚀👩‍🚀', 4)).toBe('👩‍🚀…')
    expect(fit('short', 5)).toBe('short')
  })
})

it('times are local and say their zone', () => {
  const before = process.env['TZ']
  try {
    process.env['TZ'] = 'Asia/Kolkata'
    expect(localTime(Date.UTC(2026, 0, 2, 20, 0))).toMatch(/^2026-01-0[23] \d\d:\d\d GMT[+-]\d\d:\d\d$/)
  } finally {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
})
