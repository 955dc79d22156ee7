import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cutVocabulary, trainBpe } from '../../../src-main/engine/tokenizer/bpe-train'
import { WordCounter } from '../../../src-main/engine/tokenizer/word-counter'
import { bpeTokenizerJson } from '../../../src-main/engine/tokenizer/tokenizer-json'
import { loadTokenizer, tokenizerFrom } from '../../../src-main/engine/tokenizer/tokenizer'

const file = join(import.meta.dirname, '../../fixtures/tokenizer/bpe.json')
const good = readFileSync(file, 'utf8')
interface Editable {
  added_tokens: { id: number; content: string }[]
  pre_tokenizer: { pretokenizers: { pattern: { Regex: string } }[] }
  model: { vocab: Record<string, number>; merges: string[][] }
}
const edited = (change: (json: Editable) => void): string => {
  const json = JSON.parse(good) as Editable
  change(json)
  return JSON.stringify(json)
}

describe('tokenizer.json', () => {
  it.each([
    ['cut off', good.slice(0, 1000)],
    ['empty', ''],
    ['another form', '{"model":{"type":"Unigram"}}'],
    ['a foreign pattern', edited((json) => void (json.pre_tokenizer.pretokenizers[0] = { pattern: { Regex: '.' } }))],
    ['a hole in the ids', edited((json) => void (json.model.vocab['a'] = 5000))],
    ['one id twice', edited((json) => void (json.model.vocab['a'] = 3))],
    ['a merge of unknown pieces', edited((json) => json.model.merges.push(['a', 'nothing']))],
    ['a merge into an unknown piece', edited((json) => json.model.merges.push(['a', '!']))],
    [
      'an end-of-text mark elsewhere',
      edited((json) => {
        json.added_tokens.forEach((token) => (token.id = 7))
      }),
    ],
  ])('refuses %s', (_, text) => {
    expect(() => tokenizerFrom(text)).toThrow(expect.objectContaining({ code: 'tokenizer.damaged' }))
  })

  it('is damaged where the file is missing', async () => {
    await expect(loadTokenizer(join(import.meta.dirname, 'none.json'))).rejects.toMatchObject({
      code: 'tokenizer.damaged',
      params: { file: 'none.json' },
    })
  })

  it('keeps id 0 for the mark but does not offer it where there was one document', async () => {
    const counter = new WordCounter()
    counter.push('one one one')
    counter.endDocument()
    const vocabulary = await trainBpe(counter.counts(), { vocabSize: 1000, minFrequency: 2 })
    const one = tokenizerFrom(bpeTokenizerJson(vocabulary, 1))
    expect(one.endOfText).toBeNull()
    expect(tokenizerFrom(bpeTokenizerJson(vocabulary, 2)).endOfText).toBe(0)
    expect(one.vocabSize).toBe(257 + 3)
    expect(tokenizerFrom(bpeTokenizerJson(cutVocabulary(vocabulary, 257), 1)).encode('one')).toHaveLength(3)
  })

  it('stops when told to', async () => {
    const counter = new WordCounter()
    for (let i = 0; i < 60_000; i++) counter.push(`w${(i * 7919).toString(36)} `)
    const abort = new AbortController()
    const training = trainBpe(counter.counts(), {
      vocabSize: 60_000,
      minFrequency: 2,
      signal: abort.signal,
      onProgress: () => {
        abort.abort(new Error('enough'))
      },
    })
    await expect(training).rejects.toThrow('enough')
  })
})
