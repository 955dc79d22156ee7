import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openTokens } from '../../../src-main/engine/data/token-store'
import type { Tokenizer } from '../../../src-main/engine/tokenizer/tokenizer'
import { effectiveVocabSize, validationOf } from '../../../src-main/plan/facts'
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
/** Lines none of which comes twice. */
const counted = (line: string, count: number): string =>
  Array.from({ length: count }, (_, i) => line.replace(/[ ，]/, ` ${i} `)).join('')
const textOf = (tokenizer: Tokenizer, ids: readonly number[]): string =>
  Buffer.concat(ids.map((id) => tokenizer.bytesOf(id))).toString()

describe('encoding a text', () => {
  it.each(['bpe', 'char'] as const)('puts a tenth aside, and loses nothing (%s)', async (kind) => {
    const text = Array.from({ length: 60 }, (_, i) => `${i} ${english}${i} ${chinese}`).join('')
    const { dir, tokenizer, facts } = await make([text], kind)
    const train = await idsIn(dir, 'train.bin')
    const val = await idsIn(dir, 'val.bin')
    const [trained, validated] = [textOf(tokenizer, train), textOf(tokenizer, val)]
    expect(Array.from(validated)).toHaveLength(validationOf(Array.from(text).length))
    const characters = (of: string): string => Array.from(of).sort().join('')
    expect(characters(trained + validated)).toBe(characters(text))
    expect(facts).toEqual({
      split: 'blocks',
      trainTokens: train.length,
      valTokens: val.length,
      trainBytes: Buffer.byteLength(trained),
      valBytes: Buffer.byteLength(validated),
      tokensHash: expect.stringMatching(/^[0-9a-f]{48} [0-9a-f]{48}$/) as string,
    })
  })

  it('validates with all that it learns, where files differ', async () => {
    const { dir, tokenizer } = await make([counted(english, 250), counted(chinese, 400)], 'bpe')
    for (const file of ['train.bin', 'val.bin']) {
      const text = textOf(tokenizer, await idsIn(dir, file))
      const han = text.match(/\p{Script=Han}/gu)?.length ?? 0
      expect(han / text.length, file).toBeGreaterThan(0.2)
      expect(han / text.length, file).toBeLessThan(0.5)
    }
  })

  it('validates with the same text whatever the tokenizer', async () => {
    const texts = [counted(english, 40), counted(chinese, 60)]
    const validated = async (...tokenizer: ['bpe' | 'char', number?]): Promise<string> => {
      const { dir, tokenizer: made } = await make(texts, ...tokenizer)
      return textOf(made, await idsIn(dir, 'val.bin'))
    }
    const text = await validated('char')
    expect(await validated('bpe', 300)).toBe(text)
    expect(await validated('bpe', 400)).toBe(text)
  })

  it('splits as earlier versions did where a run of theirs wants its tokens again', async () => {
    const text = (english + chinese).repeat(30)
    const { dir, tokenizer, facts } = await make([text], 'bpe', 400, 'lastTenth')
    const train = await idsIn(dir, 'train.bin')
    const val = await idsIn(dir, 'val.bin')
    expect([...train, ...val]).toEqual(tokenizer.encode(text))
    expect(train.length).toBe(Math.floor((train.length + val.length) * 0.9))
    // What the version before wrote for this text.
    expect(facts).toEqual({
      ...{ split: 'lastTenth', trainTokens: 675, valTokens: 75, trainBytes: 4266, valBytes: 474 },
      tokensHash: 'e6e14d845d0020da050504409f1d243fb939eb83b3351925 a94aaf5503104c978bce445a84e464cfed2483368ee2c85c',
    })
  })

  it.each(['bpe', 'char'] as const)(
    'ends what there is of each of several documents with the mark (%s)',
    async (kind) => {
      const { dir, tokenizer, facts } = await make([english, chinese, english], kind)
      const [train, val] = [await idsIn(dir, 'train.bin'), await idsIn(dir, 'val.bin')]
      expect(tokenizer.endOfText).not.toBeNull()
      for (const ids of [train, val]) expect(ids.at(-1)).toBe(tokenizer.endOfText)
      // One of them is divided.
      expect([...train, ...val].filter((id) => id === tokenizer.endOfText)).toHaveLength(4)
      expect(facts.trainBytes + facts.valBytes).toBe(Buffer.byteLength(english + chinese + english))
    },
  )

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
