import { createReadStream } from 'node:fs'
import { decoderFor } from './decoders'

/** Big enough to be fast, small enough that a file of any size and shape is read in flat memory. */
const chunkBytes = 1024 * 1024

export interface Range {
  readonly offsetBytes?: number
  readonly lengthBytes?: number
  readonly signal?: AbortSignal | undefined
}

/** The bytes of a file, or of a part of it, in pieces. Throws the signal's reason. */
export async function* byteChunks(path: string, range: Range = {}): AsyncGenerator<Buffer> {
  const { offsetBytes = 0, lengthBytes = Infinity, signal } = range
  if (lengthBytes === 0) return
  const stream = createReadStream(path, {
    start: offsetBytes,
    end: offsetBytes + lengthBytes - 1,
    highWaterMark: chunkBytes,
  })
  for await (const chunk of stream) {
    signal?.throwIfAborted()
    yield chunk as Buffer
  }
}

export interface TextChunk {
  /** Whole characters. */
  readonly text: string
  /** Bytes of the file that were read for it. */
  readonly bytes: number
}

/** Decoded text in pieces that never cut a character. A byte order mark of the encoding is left out. */
export async function* textChunks(path: string, encoding: string, range: Range = {}): AsyncGenerator<TextChunk> {
  // In a part of text.txt a mark is a character like any other.
  const decoder = decoderFor(encoding, { ignoreBOM: range.offsetBytes !== undefined })
  for await (const chunk of byteChunks(path, range)) {
    yield { text: decoder.decode(chunk, { stream: true }), bytes: chunk.length }
  }
  const text = decoder.decode()
  if (text) yield { text, bytes: 0 }
}
