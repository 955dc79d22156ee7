import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Utf8Stream } from '../../../src-main/engine/tokenizer/stream-decoder'
import { charTokenizerJson } from '../../../src-main/engine/tokenizer/tokenizer-json'
import { tokenizerFrom, type Tokenizer } from '../../../src-main/engine/tokenizer/tokenizer'

const bpe = tokenizerFrom(readFileSync(join(import.meta.dirname, '../../fixtures/tokenizer/bpe.json'), 'utf8'))
// Whole code points: text comes from decoders, which never give half a surrogate pair.
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(' ', '\n', '\t', 'a', 'e', '’', '的', '了', '🌧️', '0', '\r\n', ' the'),
    fc.string({ unit: 'binary' }),
  ),
})

const bytesOf = (tokenizer: Tokenizer, ids: readonly number[]): Buffer =>
  Buffer.concat(ids.map((id) => tokenizer.bytesOf(id)))
const decode = (tokenizer: Tokenizer, ids: readonly number[]): string => {
  const stream = tokenizer.decodeStream()
  return ids.map((id) => stream.push(id)).join('')
}

describe('byte-level BPE', () => {
  it('gives back every text', () => {
    fc.assert(
      fc.property(text, (original) => {
        const ids = bpe.encode(original)
        expect(decode(bpe, ids)).toBe(original)
        expect(bytesOf(bpe, ids).equals(Buffer.from(original))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('has an id for every byte', () => {
    const single = new Set<number>()
    for (let id = 0; id < bpe.vocabSize; id++) {
      const bytes = bpe.bytesOf(id)
      if (bytes.length === 1) single.add(bytes[0] ?? -1)
    }
    expect(single.size).toBe(256)
    expect(bpe.bytesOf(0)).toHaveLength(0)
  })

  it('gives the same ids however the text is cut', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (pieces) => {
        const stream = bpe.encodeStream()
        const streamed = [...pieces.flatMap((piece) => stream.push(piece)), ...stream.end()]
        expect(streamed).toEqual(bpe.encode(pieces.join('')))
      }),
      { numRuns: 500 },
    )
  })

  it('takes the end-of-text mark in a text for ordinary text', () => {
    const ids = bpe.encode('a<|endoftext|>b')
    expect(ids).not.toContain(bpe.endOfText)
    expect(decode(bpe, ids)).toBe('a<|endoftext|>b')
  })
})

describe('characters', () => {
  const tokenizer = tokenizerFrom(charTokenizerJson(new Set('héllo 🌧\n'), 1))

  it('gives back known characters and marks unknown ones', () => {
    expect(decode(tokenizer, tokenizer.encode('hello 🌧\nho🦀'))).toBe('h\uFFFDllo 🌧\nho\uFFFD')
    expect(tokenizer.vocabSize).toBe(8 + 1 - 1)
    expect(tokenizer.endOfText).toBeNull()
  })

  it('has one more piece where there are several documents', () => {
    const several = tokenizerFrom(charTokenizerJson(new Set('ab'), 2))
    expect(several.vocabSize).toBe(4)
    expect(several.endOfText).toBe(3)
    expect(decode(several, [0, 3, 1])).toBe('ab')
  })
})

describe('text that comes in bytes', () => {
  it('equals the text, however the bytes are cut', () => {
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 5 })), (original, cuts) => {
        const bytes = Buffer.from(original)
        const stream = new Utf8Stream()
        let shown = ''
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const length = cuts[i % Math.max(1, cuts.length)] ?? 1
          shown += stream.push(bytes.subarray(at, at + length))
          at += length
        }
        expect(shown).toBe(original)
      }),
      { numRuns: 500 },
    )
  })

  it('never shows U+FFFD for bytes that are no character', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const stream = new Utf8Stream()
        const shown = Array.from(bytes, (byte) => stream.push(Uint8Array.of(byte))).join('')
        const platform = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
        fc.pre(!Buffer.from(bytes).includes(Buffer.from('\uFFFD')))
        expect(shown).toBe(platform.replaceAll('\uFFFD', ''))
      }),
      { numRuns: 2000 },
    )
  })

  it('leaves out what is broken and keeps what follows', () => {
    const show = (...bytes: number[]): string => new Utf8Stream().push(Uint8Array.from(bytes))
    expect(show(0xe6, 0xb2, 0x41)).toBe('A')
    expect(show(0xe6, 0xb2, 0xe6, 0xb2, 0xb3)).toBe('河')
    expect(show(0xed, 0xa0, 0x80, 0x42)).toBe('B')
    expect(show(0xc0, 0x80, 0xf4, 0x90, 0x80, 0x80, 0x43)).toBe('C')
    expect(show(0xef, 0xbf, 0xbd)).toBe('\uFFFD')
    expect(show(0xef, 0xbb, 0xbf, 0x44)).toBe('\uFEFFD')
  })
})
