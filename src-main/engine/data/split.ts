import { validationOf } from '../../plan/facts'
import { textPath, type StoredDocument } from '../corpus/documents'
import { textChunks } from '../corpus/text-chunks'
import { chooseValidation } from './choose-validation'
import { readBlocks, type TextBlock } from './text-blocks'

/** Part of a document that is on one side. */
export interface Stretch {
  readonly document: number
  readonly offsetBytes: number
  readonly lengthBytes: number
  readonly validates: boolean
}

interface SplitOptions {
  readonly signal?: AbortSignal | undefined
  readonly onRead?: (bytes: number) => void
}

/**
 * Which tenth of a text validates: whole documents, and blocks of long ones, drawn evenly over the text, so that each file is
 * judged by as much as is learned from it. What comes more than once is on one side. The text alone decides: each of its
 * runs, whatever its tokenizer, has the same split. Throws the signal's reason.
 */
export async function splitText(
  corpusDir: string,
  documents: readonly StoredDocument[],
  options: SplitOptions = {},
): Promise<Stretch[]> {
  const characters = documents.reduce((sum, document) => sum + document.characters, 0)
  const blockCharacters = blockCharactersFor(validationOf(characters))
  const blocks = await readBlocks(corpusDir, documents, { blockCharacters, ...options })
  const chosen = chooseValidation(blocks, blockCharacters)
  const stretches: Stretch[] = []
  const add = ({ document }: TextBlock, offsetBytes: number, lengthBytes: number, validates: boolean): void => {
    if (lengthBytes === 0) return
    const last = stretches.at(-1)
    if (last?.document !== document || last.validates !== validates) {
      stretches.push({ document, offsetBytes, lengthBytes, validates })
    } else stretches[stretches.length - 1] = { ...last, lengthBytes: last.lengthBytes + lengthBytes }
  }
  for (const [i, block] of blocks.entries()) {
    const { offsetBytes, lengthBytes } = block
    const bytes = await bytesOfFirst(corpusDir, block, chosen[i] ?? 0)
    add(block, offsetBytes, bytes, true)
    add(block, offsetBytes + bytes, lengthBytes - bytes, false)
  }
  return stretches
}

/**
 * A tenth of 1 kB of text is one block, of 100 kB six of 1,600 characters, of 10 MB sixty of 16,000: the more blocks, the more
 * even; but where a block ends, a context is cut.
 */
const blockCharactersFor = (validation: number): number =>
  Math.min(validation, Math.round(16 * Math.sqrt(validation)), 65_536)

/** @param characters of a block, from its start @returns how many bytes they are */
async function bytesOfFirst(corpusDir: string, block: TextBlock, characters: number): Promise<number> {
  const { offsetBytes, lengthBytes } = block
  if (characters === 0) return 0
  if (characters === block.characters) return lengthBytes
  let [left, bytes] = [characters, 0]
  for await (const { text } of textChunks(textPath(corpusDir), 'utf-8', { offsetBytes, lengthBytes })) {
    const first = Array.from(text).slice(0, left)
    left -= first.length
    bytes += Buffer.byteLength(first.join(''))
  }
  return bytes
}
