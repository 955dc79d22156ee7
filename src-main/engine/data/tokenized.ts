import { join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer'
import { openTokens, type TokenStore } from './token-store'

/** The tokens of a text and what made them. */
export interface TokenizedText {
  readonly trainTokens: TokenStore
  readonly valTokens: TokenStore
  readonly tokenizer: Tokenizer
  readonly vocabSize: number
  readonly tokenizerHash: string
  readonly close: () => void
}

/**
 * @param dir with tokenizer.json, train.bin and val.bin
 * @throws `tokens.damaged`, `tokenizer.damaged` where one of them is not what was written; the signal's reason
 */
export async function openTokenized(dir: string, signal?: AbortSignal): Promise<TokenizedText> {
  const stores: TokenStore[] = []
  const close = (): void => {
    for (const store of stores) store.close()
  }
  try {
    const { tokenizer, hash: tokenizerHash } = await loadTokenizer(join(dir, 'tokenizer.json'))
    const open = async (file: string): Promise<TokenStore> => {
      const tokens = await openTokens(join(dir, file), signal)
      stores.push(tokens)
      // Its ids would mean other tokens than the model learns.
      if (tokens.tokenizerHash !== tokenizerHash) throw new AppError('tokenizer.damaged', { file: 'tokenizer.json' })
      return tokens
    }
    const [trainTokens, valTokens] = [await open('train.bin'), await open('val.bin')]
    return { trainTokens, valTokens, tokenizer, vocabSize: trainTokens.vocabSize, tokenizerHash, close }
  } catch (error) {
    close()
    throw error
  }
}
