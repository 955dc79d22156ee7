/**
 * One form for what looks the same, in texts and in prompts: a model never sees two spellings of one thing. Unicode NFC;
 * LF for every line end (CRLF, CR, VT, NEL, U+2028, U+2029); a form feed ends a paragraph; no byte order marks, no zero
 * characters; no soft hyphens, and a word that one of them breaks over two lines is whole again.
 */
export function normalizeText(text: string): string {
  const plain = special.test(text) ? withoutSpecials(text) : text
  return plain.normalize('NFC')
}

const special = /[\0\v\f\r\x85\xad\u2028\u2029\uFEFF]/

const withoutSpecials = (text: string): string =>
  text
    .replace(/[\0\uFEFF]+/g, '')
    .replace(/\r\n?|[\v\x85\u2028\u2029]/g, '\n')
    .replace(/\xad+(?:[ \t]*\n[ \t]*(?=\p{L}))?/gu, '')
    .replace(/^\f+/, '')
    .replace(/\n*\f[\n\f]*/g, '\n\n')

/** Composes with what stands before it, or is no letter that a cut may stand before. */
const joins = /[\p{M}\u1161-\u1175\u11A8-\u11C2\u{16D63}-\u{16D6A}\p{Cs}]/u
/** What the replacements above look at together with its neighbours. */
const sticks = /[\0\t\n\v\f\r \x85\xad\u2028\u2029\uFEFF]/
/** Nothing that people write has no place to cut in so many characters. */
const longestTail = 4096

/** The same for text that comes in chunks, which must not cut a surrogate pair: what may depend on the next one waits. */
export class TextNormalizer {
  #rest = ''
  /** Zero characters and byte order marks left out so far. */
  removed = 0

  push(text: string): string {
    const whole = this.#rest + text
    const cut = cutOf(whole)
    this.#rest = whole.slice(cut)
    return this.#normalize(whole.slice(0, cut))
  }

  end(): string {
    const rest = this.#rest
    this.#rest = ''
    return this.#normalize(rest)
  }

  #normalize(text: string): string {
    this.removed += text.match(/[\0\uFEFF]/g)?.length ?? 0
    return normalizeText(text)
  }
}

/** The last place where both sides can be normalised by themselves: between two ordinary characters. */
function cutOf(text: string): number {
  const least = Math.max(1, text.length - longestTail)
  for (let i = text.length - 1; i >= least; i--) {
    const before = text.charAt(i - 1)
    if (isLowSurrogate(text.charCodeAt(i)) || sticks.test(before)) continue
    const character = String.fromCodePoint(text.codePointAt(i) ?? 0)
    if (!joins.test(character) && !sticks.test(character)) return i
  }
  // All white space, or all marks: only CRLF must not be cut.
  return text.length <= longestTail ? 0 : text.endsWith('\r') ? text.length - 1 : text.length
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
