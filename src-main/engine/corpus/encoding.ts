import { analyse } from 'chardet'
import { isAscii } from 'node:buffer'
import { byteChunks } from './text-chunks'

/** As `TextDecoder` names it; null: not a text. */
export type Encoding = string | null

/** Bytes that the guess looks at, from the first place on where the file stops being ASCII. */
const sampleBytes = 256 * 1024

/** chardet's names that TextDecoder does not know or knows under another name. */
const decoderNames: Readonly<Record<string, string>> = { 'ISO-8859-8-I': 'iso-8859-8', 'ISO-8859-1': 'windows-1252' }

const byteOrderMarks: readonly (readonly [encoding: Encoding, mark: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  // UTF-32, which no TextDecoder reads; its little-endian mark begins with UTF-16's.
  [null, [0xff, 0xfe, 0, 0]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

interface Survey {
  readonly head: Buffer
  /** From the first byte above 127 on; empty where there is none. */
  readonly sample: Buffer
  readonly hasZero: boolean
  readonly isUtf8: boolean
}

/**
 * Finds the encoding by reading the whole file once: a byte order mark decides, then strict UTF-8, then the pattern of
 * zero bytes (UTF-16 without a mark), then chardet's guess, of which one that decodes without an error is taken.
 * @param onRead bytes read since the last call
 */
export async function detectEncoding(
  path: string,
  onRead: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<Encoding> {
  const { head, sample, hasZero, isUtf8 } = await survey(path, onRead, signal)
  for (const [encoding, mark] of byteOrderMarks) {
    if (mark.every((byte, i) => head[i] === byte)) return encoding
  }
  if (hasZero) return utf16Without(head)
  if (isControlled(head)) return null
  if (isUtf8) return 'utf-8'
  if (mostlyUtf8(sample)) return 'utf-8'
  return guess(sample)
}

async function survey(path: string, onRead: (bytes: number) => void, signal?: AbortSignal): Promise<Survey> {
  const strict = new TextDecoder('utf-8', { fatal: true })
  let head = Buffer.alloc(0)
  let sample = Buffer.alloc(0)
  let hasZero = false
  let isUtf8 = true
  const decodes = (bytes?: Buffer): boolean => {
    try {
      strict.decode(bytes, { stream: bytes !== undefined })
      return true
    } catch {
      return false
    }
  }
  for await (const chunk of byteChunks(path, { signal })) {
    if (head.length < sampleBytes) head = Buffer.concat([head, chunk.subarray(0, sampleBytes - head.length)])
    hasZero ||= chunk.includes(0)
    isUtf8 &&= decodes(chunk)
    if (sample.length < sampleBytes) {
      const from = sample.length > 0 ? 0 : isAscii(chunk) ? -1 : chunk.findIndex((byte) => byte > 127)
      if (from >= 0) sample = Buffer.concat([sample, chunk.subarray(from, from + sampleBytes - sample.length)])
    }
    onRead(chunk.length)
  }
  isUtf8 &&= decodes()
  return { head, sample, hasZero, isUtf8 }
}

/** Share of characters that no text has: control characters, unassigned and private code points. */
function strangeness(text: string): number {
  const strange = text.match(/[\p{Cn}\p{Co}\p{Cs}\uFFFD]|(?![\t\n\v\f\r\x1b])\p{Cc}/gu)?.length ?? 0
  return text.length === 0 ? 1 : strange / text.length
}

/** A program or a picture has control characters all over; a text has none but white space and an odd escape. */
function isControlled(head: Buffer): boolean {
  let controls = 0
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32)) controls++
  return controls > head.length / 100
}

/** Latin in UTF-16 is half zeros; other scripts have few, but bytes above 127. Some zeros in ASCII are neither. */
function utf16Without(head: Buffer): Encoding {
  const zeros = head.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0)
  if (zeros < head.length / 4 && !head.some((byte) => byte > 127)) return null
  const even = head.subarray(0, head.length & ~1)
  const [best] = ['utf-16le', 'utf-16be']
    .map((encoding) => ({ encoding, strange: strangeness(new TextDecoder(encoding).decode(even, { stream: true })) }))
    .sort((a, b) => a.strange - b.strange)
  return best && best.strange < 0.01 ? best.encoding : null
}

/** One bad byte in a long text does not make it Latin: UTF-8's longer forms hardly occur by accident. */
function mostlyUtf8(sample: Buffer): boolean {
  const text = new TextDecoder('utf-8').decode(sample, { stream: true })
  const bad = text.match(/\uFFFD/g)?.length ?? 0
  const good = text.match(/[^\0-\x7f\uFFFD]/gu)?.length ?? 0
  return good > 20 * bad
}

function guess(sample: Buffer): Encoding {
  for (const { name } of analyse(sample)) {
    const encoding = decoderNames[name] ?? name.toLowerCase()
    if (encoding.startsWith('utf') || encoding === 'ascii') continue
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(sample, { stream: true })
      if (strangeness(text) < 0.01) return encoding
    } catch {
      // An encoding that TextDecoder does not know, or one that this is not: the next guess.
    }
  }
  const latin = new TextDecoder('windows-1252').decode(sample)
  return strangeness(latin) < 0.01 ? 'windows-1252' : null
}
