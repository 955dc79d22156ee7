import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { batchAt } from '../data/batches'
import { openTokenized, type TokenizedText } from '../data/tokenized'

/** What a training reads of its text. */
export interface TrainingData extends TokenizedText {
  /** [vocabSize]: bytes of UTF-8 that each token stands for; 0 for the end-of-text mark. */
  readonly tokenBytes: Int32Array
}

/**
 * @param dir with tokenizer.json, train.bin and val.bin
 * @throws `config.contextTooLong` where a part of the text is shorter than the context: better now than after minutes of
 *   compiling; as `openTokenized`
 */
export async function openData(dir: string, config: RunConfig): Promise<TrainingData> {
  // A stop meanwhile is heard before the first step, which knows where the run stands.
  const text = await openTokenized(dir)
  try {
    for (const tokens of [text.trainTokens, text.valTokens]) batchAt(tokens, { ...config, step: 0 })
    const tokenBytes = Int32Array.from({ length: text.vocabSize }, (_, id) => text.tokenizer.bytesOf(id).length)
    return { ...text, tokenBytes }
  } catch (error) {
    text.close()
    throw error
  }
}
