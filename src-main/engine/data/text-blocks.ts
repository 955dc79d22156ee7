import { textPath, type StoredDocument } from '../corpus/documents'
import { textChunks } from '../corpus/text-chunks'
import { textHash } from '../corpus/text-hash'

/** A document, or a part of a long one. */
export interface TextBlock {
  /** Its document's index. */
  readonly document: number
  readonly offsetBytes: number
  readonly lengthBytes: number
  readonly characters: number
  /** Of its text, 32 bits. */
  readonly hash: number
}

interface ReadOptions {
  /** Characters of a block, about. */
  readonly blockCharacters: number
  readonly signal?: AbortSignal | undefined
  readonly onRead?: (bytes: number) => void
}

/** A line, of a long one a sentence, of a sentence without an end 512 characters. */
const linePattern = /[^\n]{0,511}?(?:\n|[。！？]|[.!?] )|[^\n]{1,512}/gu

/**
 * A text's documents in order, the long ones in blocks. Where a block ends, its own lines decide (content-defined chunking,
 * Muthitacharoen et al. 2001): what comes again in a text makes the same blocks again, wherever it stands. Throws the signal's reason.
 */
export async function readBlocks(
  corpusDir: string,
  documents: readonly StoredDocument[],
  { blockCharacters, signal, onRead }: ReadOptions,
): Promise<TextBlock[]> {
  const blocks: TextBlock[] = []
  for (const [document, { offsetBytes, lengthBytes, characters }] of documents.entries()) {
    const isLong = characters > 2 * blockCharacters
    const cutter = new BlockCutter(isLong ? blockCharacters : Infinity, { document, offsetBytes }, blocks)
    const range = { offsetBytes, lengthBytes, signal }
    for await (const { text, bytes } of textChunks(textPath(corpusDir), 'utf-8', range)) {
      cutter.push(text)
      onRead?.(bytes)
    }
    cutter.end()
  }
  return blocks
}

class BlockCutter {
  readonly #aim: number
  readonly #document: number
  readonly #blocks: TextBlock[]
  #offsetBytes: number
  #rest = ''
  #bytes = 0
  #characters = 0
  #hash = 0

  /** @param aim how many characters a block has, between half and twice as many @param blocks to add them to */
  constructor(aim: number, from: Pick<TextBlock, 'document' | 'offsetBytes'>, blocks: TextBlock[]) {
    this.#aim = aim
    this.#document = from.document
    this.#offsetBytes = from.offsetBytes
    this.#blocks = blocks
  }

  push(chunk: string): void {
    const lines = (this.#rest + chunk).match(linePattern) ?? []
    const last = lines.at(-1)
    this.#rest = last === undefined || last.endsWith('\n') ? '' : (lines.pop() ?? '')
    for (const line of lines) this.#add(line)
  }

  end(): void {
    if (this.#rest !== '') this.#add(this.#rest)
    this.#rest = ''
    if (this.#bytes > 0) this.#cut()
  }

  #add(line: string): void {
    const characters = lengthOf(line)
    const hash = textHash(line)
    this.#bytes += Buffer.byteLength(line)
    this.#characters += characters
    this.#hash = Math.imul(this.#hash ^ hash, 0x01000193) >>> 0
    const isPlace = line.endsWith('\n') || this.#characters > this.#aim
    // Once half of the block is there, after so many more characters on average.
    const isChosen = 2 * this.#characters >= this.#aim && hash < (2 ** 33 * characters) / this.#aim
    if ((isPlace && isChosen) || this.#characters >= 2 * this.#aim) this.#cut()
  }

  #cut(): void {
    const [offsetBytes, lengthBytes] = [this.#offsetBytes, this.#bytes]
    const [document, characters, hash] = [this.#document, this.#characters, this.#hash]
    this.#blocks.push({ document, offsetBytes, lengthBytes, characters, hash })
    this.#offsetBytes += lengthBytes
    this.#bytes = 0
    this.#characters = 0
    this.#hash = 0
  }
}

/** Characters as the counts have them: code points. */
function lengthOf(text: string): number {
  let characters = text.length
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) characters--
  return characters
}
