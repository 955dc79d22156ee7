import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cutVocabulary, trainBpe } from '../../../src-main/engine/tokenizer/bpe-train'
import { wordPatternForFiles } from '../../../src-main/engine/tokenizer/pretokenize'
import { WordCounter } from '../../../src-main/engine/tokenizer/word-counter'
import { bpeTokenizerJson, charTokenizerJson } from '../../../src-main/engine/tokenizer/tokenizer-json'
import { tokenizerFrom, type Tokenizer } from '../../../src-main/engine/tokenizer/tokenizer'

/** HF's own trainer and encoder made these (make_fixtures.py): nothing here was computed by us. */
const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/tokenizer', name), 'utf8'))

type Ids = Record<string, { ids: number[]; text: string }>
interface File {
  added_tokens: unknown[]
  pre_tokenizer: unknown
  decoder: unknown
  model: { vocab: Record<string, number>; merges: [string, string][] }
}

const texts = fixture('texts.json') as Record<string, string>
const trainingTexts = Object.entries(texts).filter(([name]) => name !== 'unseen' && name !== 'empty')
const theirs = fixture('bpe.json') as File

async function train(vocabSize: number, limits: { maxPieceBytes?: number } = {}) {
  const counter = new WordCounter()
  for (const [, text] of trainingTexts) {
    counter.push(text)
    counter.endDocument()
  }
  return await trainBpe(counter.counts(), { vocabSize, minFrequency: 2, ...limits })
}

const decode = (tokenizer: Tokenizer, ids: readonly number[]): string => {
  const stream = tokenizer.decodeStream()
  return ids.map((id) => stream.push(id)).join('')
}

describe('beside HF tokenizers', () => {
  it('splits by the same pattern', () => {
    expect(JSON.stringify(theirs.pre_tokenizer)).toContain(JSON.stringify(wordPatternForFiles).slice(1, -1))
  })

  it('learns the same merges and vocabulary', async () => {
    const ours = JSON.parse(bpeTokenizerJson(await train(900), 2)) as File
    expect(ours.model.merges).toEqual(theirs.model.merges)
    expect(ours.model.vocab).toEqual(theirs.model.vocab)
    expect(ours.added_tokens).toEqual(theirs.added_tokens)
  })

  it('learns the same when it trains further and cuts', async () => {
    const cut = JSON.parse(bpeTokenizerJson(cutVocabulary(await train(5000), 900), 2)) as File
    expect(cut.model.merges).toEqual(theirs.model.merges)
    expect(cut.model.vocab).toEqual(theirs.model.vocab)
  })

  it('learns the same where the length of a piece is limited', async () => {
    const limited = fixture('bpe-limited.json') as File
    const ours = JSON.parse(bpeTokenizerJson(await train(900, { maxPieceBytes: 12 }), 2)) as File
    expect(ours.model.merges).toEqual(limited.model.merges)
    expect(ours.model.vocab).toEqual(limited.model.vocab)
    expect(limited.model.merges).not.toEqual(theirs.model.merges)
  })

  it.each(Object.keys(texts))('encodes and decodes %s to the same ids', async (name) => {
    const tokenizer = tokenizerFrom(bpeTokenizerJson(await train(900), 2))
    const expected = (fixture('ids.json') as Ids)[name]
    const text = texts[name] ?? ''
    expect(tokenizer.encode(text)).toEqual(expected?.ids)
    expect(decode(tokenizer, tokenizer.encode(text))).toBe(expected?.text)
    expect(expected?.text).toBe(text)
  })

  it.each(Object.keys(texts))('gives %s the same character ids', (name) => {
    const characters = new Set(trainingTexts.flatMap(([, text]) => Array.from(text)))
    const json = charTokenizerJson(characters, 2)
    expect((JSON.parse(json) as File).model.vocab).toEqual((fixture('char.json') as File).model.vocab)
    expect((JSON.parse(json) as File).added_tokens).toEqual((fixture('char.json') as File).added_tokens)
    const tokenizer = tokenizerFrom(json)
    expect(tokenizer.encode(texts[name] ?? '')).toEqual((fixture('char-ids.json') as Ids)[name]?.ids)
  })
})
