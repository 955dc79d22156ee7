import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalizeText, TextNormalizer } from '../../../src-main/engine/corpus/normalize'

const inChunks = (chunks: readonly string[]): { text: string; removed: number } => {
  const normalizer = new TextNormalizer()
  const text = chunks.map((chunk) => normalizer.push(chunk)).join('') + normalizer.end()
  return { text, removed: normalizer.removed }
}

describe('one form for what looks the same', () => {
  it.each([
    ['CRLF', 'one\r\ntwo\r\n', 'one\ntwo\n'],
    ['lone CR', 'one\rtwo\r\rthree\r', 'one\ntwo\n\nthree\n'],
    ['U+2028, U+2029, NEL, VT', 'a\u2028b\u2029c\u0085d\ve', 'a\nb\nc\nd\ne'],
    ['a form feed', 'page one\fpage two', 'page one\n\npage two'],
    ['a form feed beside line ends', 'page one\r\n\f\r\npage two\n\n\fthree', 'page one\n\npage two\n\nthree'],
    ['a form feed at the start', '\fpage one', 'page one'],
    ['soft hyphens', 'neigh\u00adbour and remem\u00ad\nbers, re\u00ad\r\n  turns', 'neighbour and remembers, returns'],
    ['a soft hyphen at the end of a paragraph', 'end\u00ad\n\nNext', 'end\n\nNext'],
    ['byte order marks', '\uFEFFone\uFEFFtwo', 'onetwo'],
    ['zero characters', 'one\0two\0\0', 'onetwo'],
    [
      'decomposed letters',
      'Vie\u0323\u0302t Nam, re\u0301sume\u0301, \u1112\u1161\u11ab',
      'Vi\u1ec7t Nam, r\u00e9sum\u00e9, \ud55c',
    ],
    ['a mark behind a byte order mark', 'e\uFEFF\u0301', '\u00e9'],
    ['what is right already', 'a\tb  c\n\n„d“ 👩‍👧 नि', 'a\tb  c\n\n„d“ 👩‍👧 नि'],
  ])('%s', (_name, text, expected) => {
    expect(normalizeText(text)).toBe(expected)
    expect(inChunks(Array.from(text)).text).toBe(expected)
    expect(normalizeText(expected)).toBe(expected)
  })

  it('counts what it leaves out', () => {
    expect(inChunks(['a\0b\uFEFF', '\0c'])).toEqual({ text: 'abc', removed: 3 })
  })

  it('does not depend on where the text is cut', () => {
    const unit = fc.constantFrom(
      ...['a', 'e', '\u0301', '\u0323', '\u0302', '\u1100', '\u1161', '\u11a8', '가', '\r', '\n', '\f', '\u00ad'],
      ...[' ', '\t', '\uFEFF', '\0', '\u2028', '\u0085', '漢', '🙂', '\u{1F9D1}\u{1F3FF}', '\u0928', '\u093c', '.'],
    )
    const chunks = fc.array(
      fc.array(unit, { maxLength: 9 }).map((units) => units.join('')),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(chunks, (parts) => {
        expect(inChunks(parts).text).toBe(normalizeText(parts.join('')))
      }),
      { numRuns: 2000 },
    )
  })

  it('holds back no more than a few characters, whatever the text is made of', () => {
    for (const one of [' ', '\n', '\u0301', 'a', '漢']) {
      const normalizer = new TextNormalizer()
      let given = 0
      for (let i = 0; i < 5; i++) given += normalizer.push(one.repeat(10_000)).length
      expect(given).toBeGreaterThan(50_000 - 2 * 4096 - 10_000)
      expect(given + normalizer.end().length).toBeGreaterThan(49_000)
    }
  })
})
