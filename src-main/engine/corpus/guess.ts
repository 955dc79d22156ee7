import { decoderFor, isOfDos } from './decoders'
import { eastAsian, languages } from './languages'
import { plausibility } from './plausible'

/** The usual ones first: of encodings that read the same bytes as the same text, the first is taken. */
export const legacyEncodings: readonly string[] = (() => {
  const lists = [...languages, ...eastAsian].map(({ encodings }) => encodings)
  return [...new Set([...lists.map(([usual = '']) => usual), ...lists.flat()])]
})()

/** Whether the bytes of a character never look like ASCII's nor like several characters. */
export const isSingleByte = (encoding: string): boolean =>
  !eastAsian.some(({ encodings }) => encodings.includes(encoding))

/**
 * Encodings by how plausible a text they make of these bytes, the best first.
 * @param context text of the same file that is known
 */
export function rank(sample: Uint8Array, context = '', encodings = legacyEncodings): string[] {
  return rankBy(encodings, (encoding) => plausibility(decoderFor(encoding).decode(sample), encoding, context))
}

/** In nats. */
const dosIsRarer = 3

/** What may stand among UTF-8: when it came, nothing wrote in DOS's encodings any more. */
export const besideUtf8: readonly string[] = legacyEncodings.filter((encoding) => !isOfDos(encoding))

/** The same by a score of one's own. */
export function rankBy(encodings: readonly string[], scoreOf: (encoding: string) => number): string[] {
  return encodings
    .map((encoding) => ({ encoding, score: scoreOf(encoding) - (isOfDos(encoding) ? dosIsRarer : 0) }))
    .sort((a, b) => b.score - a.score)
    .map(({ encoding }) => encoding)
}
