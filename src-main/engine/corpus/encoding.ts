import { isAscii, isUtf8 } from 'node:buffer'
import { decoderFor } from './decoders'
import { besideUtf8, isSingleByte, legacyEncodings, rank, rankBy } from './guess'
import {
  cutCharacterAt,
  decodeMixed,
  kindOf,
  lineBlocks,
  linesOf,
  mixedChunks,
  withoutControls,
  type Mixture,
} from './mixed'
import { plausibility, strangeness } from './plausible'
import { textChunks, type Range, type TextChunk } from './text-chunks'

export interface FoundEncoding {
  /** As TextDecoder names it: of the whole file, or of most of it. */
  readonly encoding: string
  /** Set where the lines of the file differ. */
  readonly mixture: Mixture | null
  /** Nothing in the file says so: a person may know better. */
  readonly guessed: boolean
}

const headBytes = 256 * 1024
/** Lines beyond ASCII that a guess looks at: more says nothing new. */
const sampleBytes = 12 * 1024
const longestSnippet = 4096
const contextBytes = 1024

const byteOrderMarks: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  // It begins with UTF-16's.
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/**
 * Finds the encoding by reading the whole file once: a byte order mark decides, then what is UTF-32 or UTF-16 throughout, then
 * whether each line is UTF-8. What is not is decoded in every encoding that people used, and the one that makes the most
 * plausible text of it is taken. @returns null: not a text
 * @param onRead bytes read since the last call
 */
export async function detectEncoding(
  path: string,
  onRead: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<FoundEncoding | null> {
  const survey = await takeSurvey(path, onRead, signal)
  const { head } = survey
  const whole = (encoding: string, guessed: boolean): FoundEncoding => ({ encoding, mixture: null, guessed })
  const mark = byteOrderMarks.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))
  if (mark && mark[0] !== 'utf-8') return whole(mark[0], false)
  if (mark === undefined) {
    const wide = utf32Without(head) ?? utf16Without(head)
    if (wide !== null) return whole(wide, true)
  }
  if (isBinary(survey)) return null
  if (/\x1b\$[@B]/.test(head.toString('latin1')) && isAscii(head)) return whole('iso-2022-jp', true)
  const { utf8Characters, foreignBytes, strayLines } = survey
  if (foreignBytes === 0 && strayLines.length === 0) return whole('utf-8', false)
  if (foreignBytes === 0) return mixed('utf-8', guessForStray(strayLines.bytes()))
  const foreign = survey.foreign.bytes()
  const isMostlyUtf8 = mark !== undefined || utf8Characters >= foreignBytes
  const candidates = isMostlyUtf8 ? besideUtf8 : legacyEncodings
  const [legacy = 'windows-1252'] = rank(foreign, contextOf(survey), candidates)
  if (strangeness(withoutControls(decoderFor(legacy).decode(foreign))) > 0.02 && utf8Characters === 0) return null
  if (mark === undefined && !isReallyUtf8(survey, legacy)) return whole(legacy, true)
  return mixed(isMostlyUtf8 ? 'utf-8' : legacy, legacy)
}

const mixed = (main: string, legacy: string): FoundEncoding => ({
  encoding: main,
  mixture: { main, legacy, repaired: 0 },
  guessed: true,
})

/** As a person says: all of the file, or those of its lines that are not UTF-8. */
export function chosenEncoding(found: FoundEncoding | null, encoding: string): FoundEncoding {
  const mixture = found?.mixture ?? null
  if (mixture === null || encoding.startsWith('utf')) return { encoding, mixture: null, guessed: true }
  return mixed(mixture.main === 'utf-8' ? 'utf-8' : encoding, encoding)
}

/** For people: of a file whose lines differ both, that of most of it first. */
export function namesOf({ encoding, mixture }: FoundEncoding): string {
  if (mixture === null) return encoding
  return encoding === 'utf-8' ? `utf-8 + ${mixture.legacy}` : `${encoding} + utf-8`
}

/** The text of a file in the encoding that was found or chosen. */
export function decodedChunks(path: string, found: FoundEncoding, range: Range = {}): AsyncGenerator<TextChunk> {
  const { encoding, mixture } = found
  if (mixture !== null) return mixedChunks(path, mixture, range)
  return encoding.startsWith('utf') ? textChunks(path, encoding, range) : legacyChunks(path, encoding, range)
}

async function* legacyChunks(path: string, encoding: string, range: Range): AsyncGenerator<TextChunk> {
  for await (const { text, bytes } of textChunks(path, encoding, range)) yield { text: withoutControls(text), bytes }
}

/** Lines for a guess: so much of each as says something, until there is enough. */
class Sample {
  #parts: Buffer[] = []
  length = 0

  add(line: Buffer): void {
    if (this.length >= sampleBytes) return
    const first = line.findIndex((byte) => byte > 127)
    // From a byte on that no character of two bytes ends with.
    let start = first
    while (start > 0 && (line[start - 1] ?? 0) >= 0x30) start--
    const part = line.subarray(start, start + longestSnippet)
    this.#parts.push(Buffer.from(part), Buffer.from('\n'))
    this.length += part.length
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts)
  }

  /** Of lines of UTF-8: enough to know the language. */
  start(): string {
    return this.bytes().toString('utf8', 0, contextBytes).replaceAll('\uFFFD', '')
  }
}

interface Survey {
  readonly head: Buffer
  readonly bytes: number
  /** Control characters but for white space, escape and zero. */
  readonly controls: number
  readonly zeros: number
  readonly zeroRuns: number
  /** Characters beyond ASCII in lines of valid UTF-8; bytes beyond it in all others. */
  readonly utf8Characters: number
  readonly foreignBytes: number
  readonly utf8: Sample
  readonly foreign: Sample
  /** Lines of UTF-8 with single bytes of something else. */
  readonly strayLines: Sample
}

async function takeSurvey(path: string, onRead: (bytes: number) => void, signal?: AbortSignal): Promise<Survey> {
  const counts = new Float64Array(256)
  const samples = { utf8: new Sample(), foreign: new Sample(), strayLines: new Sample() }
  let head = Buffer.alloc(0)
  let zeroRuns = 0
  let utf8Characters = 0
  let foreignBytes = 0
  const take = (line: Buffer, kind: ReturnType<typeof kindOf>): void => {
    if (kind === 'foreign') {
      samples.foreign.add(line)
      for (const byte of line) if (byte > 127) foreignBytes++
      return
    }
    ;(kind === 'stray' ? samples.strayLines : samples.utf8).add(line)
    for (const byte of line) if (byte >= 0xc0) utf8Characters++
  }
  for await (const { block, bytes, last } of lineBlocks(path, { signal })) {
    if (head.length < headBytes) head = Buffer.concat([head, block.subarray(0, headBytes - head.length)])
    if (bytes > 0) onRead(bytes)
    for (const byte of block) counts[byte] = (counts[byte] ?? 0) + 1
    zeroRuns += runsOfZeros(block)
    const cut = last && utf8Characters > 0 ? cutCharacterAt(block) : 0
    const rest = block.subarray(0, block.length - cut)
    if (isAscii(rest)) continue
    if (isUtf8(rest)) take(rest, 'utf8')
    else for (const line of linesOf(rest)) if (!isAscii(line)) take(line, kindOf(line))
  }
  const sum = (from: number, to: number): number => counts.subarray(from, to).reduce((total, count) => total + count, 0)
  return {
    head,
    bytes: sum(0, 256),
    controls: sum(1, 9) + sum(14, 27) + sum(28, 32),
    zeros: counts[0] ?? 0,
    zeroRuns,
    utf8Characters,
    foreignBytes,
    ...samples,
  }
}

/** What is known of the text before a guess: how it begins where that is ASCII, and its lines of UTF-8. */
function contextOf({ head, utf8, strayLines }: Survey): string {
  const start = head.toString('latin1', 0, 4 * contextBytes).replace(/[^\0-\x7f]+/g, ' ')
  return `${start}\n${utf8.start()}${strayLines.start()}`
}

function runsOfZeros(block: Buffer): number {
  let runs = 0
  for (let i = block.indexOf(0); i >= 0; i = block.indexOf(0, i + 1)) if (i === 0 || block[i - 1] !== 0) runs++
  return runs
}

/** A program or a picture has control characters all over; a text has an odd zero, or many at its end. */
function isBinary({ bytes, controls, zeros, zeroRuns }: Survey): boolean {
  return controls > (bytes - zeros) / 100 || zeroRuns > Math.max(3, bytes / 1000)
}

/** No other text has a zero in every fourth place. */
function utf32Without(head: Buffer): string | null {
  const whole = head.subarray(0, head.length & ~3)
  if (whole.length < 8) return null
  const [found] = [
    { encoding: 'utf-32le', zero: 3 },
    { encoding: 'utf-32be', zero: 0 },
  ].filter(({ zero }) => whole.every((byte, i) => i % 4 !== zero || byte === 0))
  if (found === undefined) return null
  const text = decoderFor(found.encoding).decode(whole)
  return strangeness(text) < 0.005 && isOneScript(text) ? found.encoding : null
}

/** UTF-16 shows in an 8-bit text's light as control characters: the upper halves of the pairs. */
function utf16Without(head: Buffer): string | null {
  const even = head.subarray(0, head.length & ~1)
  let controls = 0
  for (const byte of even) if (byte < 9 || (byte > 13 && byte < 32)) controls++
  if (even.length < 4 || controls < even.length / 100) return null
  const [best] = ['utf-16le', 'utf-16be']
    .map((encoding) => ({ encoding, text: decoderFor(encoding).decode(even, { stream: true }) }))
    .map(({ encoding, text }) => ({ encoding, text, score: plausibility(text.slice(0, longestSnippet), encoding) }))
    .sort((a, b) => b.score - a.score)
  return best && strangeness(best.text) < 0.005 && isOneScript(best.text) ? best.encoding : null
}

const scripts = ['Latin', 'Cyrillic', 'Greek', 'Hebrew', 'Arabic', 'Thai', 'Devanagari', 'Armenian', 'Georgian'].map(
  (name) => new RegExp(`\\p{Script=${name}}`, 'gu'),
)
const eastAsian = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu

/** Pairs of bytes that mean something else make letters of every script. */
function isOneScript(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  const counts = [...scripts, eastAsian].map((script) => text.match(script)?.length ?? 0).sort((a, b) => b - a)
  return (counts[0] ?? 0) + (counts[1] ?? 0) >= letters * 0.9
}

/** Lines of a legacy text may be valid UTF-8 by accident: whether they make better sense as what the others are. */
function isReallyUtf8({ utf8Characters, foreignBytes, utf8 }: Survey, legacy: string): boolean {
  if (utf8Characters === 0) return false
  if (utf8Characters >= foreignBytes) return true
  const sample = utf8.bytes()
  const asLegacy = plausibility(decoderFor(legacy).decode(sample), legacy)
  return plausibility(sample.toString('utf8'), 'utf-8') > asLegacy
}

/** The neighbours of a single byte tell which letter it is: those of UTF-8 around it. */
function guessForStray(lines: Buffer): string {
  const scoreOf = (legacy: string): number =>
    plausibility(decodeMixed(lines, { main: 'utf-8', legacy, repaired: 0 }), legacy)
  return rankBy(besideUtf8.filter(isSingleByte), scoreOf)[0] ?? 'windows-1252'
}
