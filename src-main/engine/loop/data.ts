import { join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import type { RunConfig } from '../../../src-preload/contract/records'
import { batchAt } from '../data/batches'
import { openTokens, type TokenStore } from '../data/token-store'
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer'

/** The tokens of a text and what made them. */
export interface TrainingData {
  readonly trainTokens: TokenStore
  readonly valTokens: TokenStore
  readonly tokenizer: Tokenizer
  /** [vocabSize]: bytes of UTF-8 that each token stands for; 0 for the end-of-text mark. */
  readonly tokenBytes: Int32Array
  readonly vocabSize: number
  readonly tokenizerHash: string
  readonly close: () => void
}

/**
 * @param dir with tokenizer.json, train.bin and val.bin
 * @throws `config.contextTooLong` where a part of the text is shorter than the context; `tokenizer.damaged`
 */
export async function openData(dir: string, config: RunConfig): Promise<TrainingData> {
  const stores: TokenStore[] = []
  const close = (): void => {
    for (const store of stores) store.close()
  }
  const open = (file: string): TokenStore => {
    const tokens = openTokens(join(dir, file))
    stores.push(tokens)
    // Throws where the text is shorter than the context: better now than after minutes of compiling.
    batchAt(tokens, { ...config, step: 0 })
    return tokens
  }
  try {
    const [trainTokens, valTokens] = [open('train.bin'), open('val.bin')]
    const { vocabSize, tokenizerHash } = trainTokens
    const { tokenizer, hash } = await loadTokenizer(join(dir, 'tokenizer.json'))
    // Its ids would mean other tokens than the model learns.
    if (hash !== tokenizerHash) throw new AppError('tokenizer.damaged', { file: 'tokenizer.json' })
    const tokenBytes = Int32Array.from({ length: vocabSize }, (_, id) => tokenizer.bytesOf(id).length)
    return { trainTokens, valTokens, tokenizer, tokenBytes, vocabSize, tokenizerHash, close }
  } catch (error) {
    close()
    throw error
  }
}
