import { validationOf } from '../../plan/facts'
import type { Tokenizer } from '../tokenizer/tokenizer'
import type { TokenWriter } from './token-store'

/**
 * The split of earlier versions, by which the tokens of their runs are made again: the first nine tenths of the tokens train,
 * in order. Moves the last tenth from one file to the other. Throws the signal's reason.
 *
 * @returns bytes of text that validate
 */
export async function moveLastTenth(
  tokenizer: Tokenizer,
  { train, val }: { readonly train: TokenWriter; readonly val: TokenWriter },
  signal: AbortSignal | undefined,
): Promise<number> {
  const trainTokens = train.count - validationOf(train.count)
  let valBytes = 0
  for await (const ids of train.from(trainTokens)) {
    signal?.throwIfAborted()
    for (const id of ids) valBytes += tokenizer.bytesOf(id).length
    await val.write(ids)
  }
  await train.truncate(trainTokens)
  return valBytes
}
