import { isAscii, isUtf8 } from 'node:buffer'
import { decoderFor } from './decoders'
import { byteChunks, type Range, type TextChunk } from './text-chunks'

/** No text has so long a line that it could not be cut; a file that is one is read in flat memory all the same. */
const longestLine = 1024 * 1024
const lineFeed = 0x0a

/** The bytes of a file in whole lines; the last block is marked. */
export async function* lineBlocks(
  path: string,
  range: Range = {},
): AsyncGenerator<{ block: Buffer; bytes: number; last: boolean }> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of byteChunks(path, range)) {
    const whole = Buffer.concat([rest, chunk])
    const cut = cutOf(whole)
    rest = whole.subarray(cut)
    yield { block: whole.subarray(0, cut), bytes: chunk.length, last: false }
  }
  yield { block: rest, bytes: 0, last: true }
}

/** After the last line end; in an endless line before a byte that begins a character in every encoding. */
function cutOf(bytes: Buffer): number {
  const end = bytes.lastIndexOf(lineFeed) + 1
  if (end > 0 || bytes.length < longestLine) return end
  for (let i = bytes.length - 1; i > bytes.length - 65_536; i--) if ((bytes[i] ?? 0) < 0x30) return i
  for (let i = bytes.length - 1; i > bytes.length - 4; i--) if (((bytes[i] ?? 0) & 0xc0) !== 0x80) return i
  return bytes.length
}

/** The lines of a block with their ends, LF or CR. */
export function* linesOf(block: Buffer): Generator<Buffer> {
  let start = 0
  for (let i = 0; i < block.length; i++) {
    if (block[i] !== lineFeed && block[i] !== 0x0d) continue
    yield block.subarray(start, i + 1)
    start = i + 1
  }
  if (start < block.length) yield block.subarray(start)
}

/**
 * What a line is: `utf8` (ASCII too), `foreign` throughout, or UTF-8 with `stray` bytes of another encoding. UTF-8's longer
 * forms hardly occur by accident, so a line that has more of them than of wrong bytes is UTF-8.
 */
export function kindOf(line: Uint8Array): 'utf8' | 'stray' | 'foreign' {
  if (isUtf8(line)) return 'utf8'
  let whole = 0
  let wrong = 0
  for (const { length, valid } of runsOf(line)) {
    if (valid) whole += length
    else wrong++
  }
  return whole > wrong ? 'stray' : 'foreign'
}

interface Run {
  readonly start: number
  readonly end: number
  readonly valid: boolean
  /** Characters beyond ASCII; of wrong bytes 0. */
  readonly length: number
}

/** Bytes as valid UTF-8 and what is in between: single wrong bytes, or sequences that end early. */
function* runsOf(bytes: Uint8Array): Generator<Run> {
  let start = 0
  let length = 0
  for (let i = 0; i < bytes.length;) {
    const size = sequenceAt(bytes, i)
    if (size > 0) {
      if (size > 1) length++
      i += size
      continue
    }
    if (i > start) yield { start, end: i, valid: true, length }
    yield { start: i, end: i - size, valid: false, length: 0 }
    i -= size
    start = i
    length = 0
  }
  if (bytes.length > start) yield { start, end: bytes.length, valid: true, length }
}

/** Bytes of the character that begins here; negative where it is none: minus the bytes that belong together. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0
  if (lead < 0x80) return 1
  const needed = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 1
  let size = 1
  while (size < needed && ((bytes[at + size] ?? 0) & 0xc0) === 0x80) size++
  if (needed === 1 || size < needed) return -size
  // Overlong forms and surrogates.
  return isUtf8(bytes.subarray(at, at + size)) ? size : -1
}

/** Bytes at the end of a text that begin a character of UTF-8 and lack its end: the file was cut. */
export function cutCharacterAt(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const lead = bytes[bytes.length - back] ?? 0
    if (lead < 0x80) return 0
    if (lead >= 0xc2) return sequenceAt(bytes, bytes.length - back) === -back ? back : 0
  }
  return 0
}

export interface Mixture {
  /** What most of the text is in; `utf-8` or a legacy encoding. */
  readonly main: string
  /** The encoding of the lines that are not UTF-8. */
  readonly legacy: string
  /** Characters that the rarer of the two encodings stands for. */
  repaired: number
}

/** A file whose lines differ in their encoding: what is valid UTF-8 stays it, the rest is read as `legacy`. */
export async function* mixedChunks(path: string, mixture: Mixture, range: Range = {}): AsyncGenerator<TextChunk> {
  for await (const { block, bytes, last } of lineBlocks(path, range)) {
    const cut = last ? cutCharacterAt(block) : 0
    const whole = block.subarray(0, block.length - cut)
    const text = isAscii(whole) ? whole.toString('latin1') : decodeMixed(whole, mixture)
    yield { text: cut > 0 ? `${text}\uFFFD` : text, bytes }
  }
}

/** One block of whole lines. */
export function decodeMixed(block: Buffer, mixture: Mixture): string {
  const utf8 = decoderFor('utf-8', { ignoreBOM: true })
  const legacy = decoderFor(mixture.legacy)
  const mainIsUtf8 = mixture.main === 'utf-8'
  const count = (text: string, isUtf8Text: boolean): string => {
    if (isUtf8Text !== mainIsUtf8) mixture.repaired += text.match(/[^\0-\x7f\uFFFD]/gu)?.length ?? 0
    return text
  }
  let text = ''
  for (const line of linesOf(block)) {
    const kind = kindOf(line)
    if (kind === 'utf8') text += isAscii(line) ? line.toString('latin1') : count(utf8.decode(line), true)
    else if (kind === 'foreign') text += count(withoutControls(legacy.decode(line)), false)
    else {
      for (const { start, end, valid } of runsOf(line)) {
        const part = line.subarray(start, end)
        if (valid) text += count(utf8.decode(part), true)
        // A character of which the end is missing is lost; a byte by itself is of the other encoding.
        else text += end - start > 1 ? '\uFFFD' : count(withoutControls(legacy.decode(part)), false)
      }
    }
  }
  return text
}

/** Bytes that an encoding gives no character decode as controls of the second block, which no text has: they are lost. */
export const withoutControls = (text: string): string => text.replace(/[\x80-\x84\x86-\x9f]/g, '\uFFFD')

const sampleBytes = 2048

/** Lines for a preview: from the first one that is not UTF-8; of a file without any its start. */
export async function mixtureSample(path: string): Promise<Buffer> {
  let start: Buffer | null = null
  for await (const { block } of lineBlocks(path)) {
    start ??= block
    // Lines of UTF-16 could not be cut by bytes.
    if (start.includes(0)) break
    for (const line of linesOf(block)) {
      if (isAscii(line) || isUtf8(line)) continue
      return block.subarray(line.byteOffset - block.byteOffset, line.byteOffset - block.byteOffset + sampleBytes)
    }
  }
  return (start ?? Buffer.alloc(0)).subarray(0, sampleBytes)
}
