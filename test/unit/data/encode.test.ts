import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openTokens } from '../../../src-main/engine/data/token-store'
import type { Tokenizer } from '../../../src-main/engine/tokenizer/tokenizer'
import { effectiveVocabSize } from '../../../src-main/plan/facts'
import { runLimits } from '../../../src-preload/contract/limits'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { tokenized } from './corpus-fixture'

const defaults = Object.fromEntries(
  Object.entries(runLimits).map(([name, limit]) => [name, limit.default]),
) as unknown as RunConfig
const english = 'The river bends at the old mill, and nobody who lives there can say who built it.\n'
const chinese = '河水在磨坊旁边拐了一个弯，没有人记得磨坊是谁建的。\n'

const roots: string[] = []
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true, force: true })
})
const make = async (...of: Parameters<typeof tokenized>) => {
  const made = await tokenized(...of)
  roots.push(made.root)
  return made
}
const idsIn = async (dir: string, file: string): Promise<number[]> => {
  const store = await openTokens(join(dir, file))
  const ids = new Int32Array(store.count)
  store.read(0, ids)
  store.close()
  return Array.from(ids)
}
const textOf = (tokenizer: Tokenizer, ids: readonly number[]): string =>
  Buffer.concat(ids.map((id) => tokenizer.bytesOf(id))).toString()

describe('encoding a text', () => {
  it.each(['bpe', 'char'] as const)('splits the ids of one document in order (%s)', async (kind) => {
    const text = (english + chinese).repeat(30)
    const { dir, tokenizer, facts } = await make([text], kind)
    const train = await idsIn(dir, 'train.bin')
    const val = await idsIn(dir, 'val.bin')
    expect([...train, ...val]).toEqual(tokenizer.encode(text))
    expect(train.length).toBe(Math.floor((train.length + val.length) * 0.9))
    expect(facts).toEqual({
      trainTokens: train.length,
      valTokens: val.length,
      trainBytes: Buffer.byteLength(text) - facts.valBytes,
      valBytes: val.reduce((sum, id) => sum + tokenizer.bytesOf(id).length, 0),
      tokensHash: expect.stringMatching(/^[0-9a-f]{48} [0-9a-f]{48}$/) as string,
    })
    expect(textOf(tokenizer, [...train, ...val])).toBe(text)
  })

  it.each(['bpe', 'char'] as const)('ends each of several documents with the mark (%s)', async (kind) => {
    const { dir, tokenizer, facts } = await make([english, chinese, english], kind)
    const ids = [...(await idsIn(dir, 'train.bin')), ...(await idsIn(dir, 'val.bin'))]
    expect(tokenizer.endOfText).not.toBeNull()
    expect(ids.filter((id) => id === tokenizer.endOfText)).toHaveLength(3)
    expect(ids.at(-1)).toBe(tokenizer.endOfText)
    expect(textOf(tokenizer, ids)).toBe(english + chinese + english)
    expect(facts.trainBytes + facts.valBytes).toBe(Buffer.byteLength(english + chinese + english))
  })

  it('knows the vocabulary size before it is encoded', async () => {
    for (const texts of [[english], [english, chinese], [(english + chinese).repeat(40)]]) {
      for (const config of [
        { ...defaults, tokenizer: 'char' as const },
        { ...defaults, tokenizer: 'bpe' as const, vocabSize: 300 },
        { ...defaults, tokenizer: 'bpe' as const, vocabSize: 5000 },
      ]) {
        const { tokenizer, counts, maxVocabSize } = await make(texts, config.tokenizer, config.vocabSize)
        const known = { ...counts, tokens: 0, maxVocabSize }
        expect(tokenizer.vocabSize).toBe(effectiveVocabSize(config, known, texts.length))
      }
    }
  })

  it('finds the same largest vocabulary whatever the wish', async () => {
    const text = (english + chinese).repeat(3)
    const small = await make([text], 'bpe', 257)
    const large = await make([text], 'bpe', 60_000)
    expect(small.maxVocabSize).toBe(large.maxVocabSize)
    expect(large.tokenizer.vocabSize).toBe(large.maxVocabSize)
    expect(small.tokenizer.vocabSize).toBe(257)
    expect(small.countedShare).toBe(1)
  })
})
