/**
 * Splitting text into the words inside which BPE merges. GPT-2's pattern (Radford et al. 2019) with three changes:
 * marks belong to their letters (GPT-2 cuts Hindi and Thai words at every vowel sign), digits go in threes (as in
 * GPT-4's pattern, so that numbers do not fill the vocabulary), and every run ends after `maxRun` characters: Chinese
 * has no spaces, and a file that is one endless run of letters must not become one endless word.
 */
const maxRun = 32

const pattern = (space: string, notSpace: string): string =>
  [
    `'(?:[sdmt]|ll|ve|re)`,
    ` ?[\\p{L}\\p{M}]{1,${maxRun}}`,
    ` ?\\p{N}{1,3}`,
    ` ?[^${space}\\p{L}\\p{M}\\p{N}]{1,${maxRun}}`,
    `[${space}]{1,${maxRun}}(?!${notSpace})`,
    `[${space}]{1,${maxRun}}`,
  ].join('|')

/** For tokenizer.json: HF's regex engine (Oniguruma) means by \s what Unicode calls White_Space; JavaScript does not. */
export const wordPatternForFiles = pattern('\\s', '\\S')

const wordPattern = new RegExp(pattern('\\p{White_Space}', '\\P{White_Space}'), 'gu')

/** A long slice keeps the whole text that it was cut from alive (V8); a word that is kept is therefore copied. */
export function ownCopy(word: string): string {
  return word.length > 12 ? Buffer.from(word, 'utf16le').toString('utf16le') : word
}

/** Calls `visit` for each word of a whole text. */
export function splitWords(text: string, visit: (word: string) => void): void {
  new WordSplitter(visit).end(text)
}

/**
 * The same for text that comes in pieces. A match depends on what follows it by at most one character, so a match that
 * ends before the last character of what is there is final; the rest waits. The pieces must not cut a surrogate pair.
 */
export class WordSplitter {
  readonly #visit: (word: string) => void
  #rest = ''

  constructor(visit: (word: string) => void) {
    this.#visit = visit
  }

  push(text: string): void {
    this.#split(this.#rest + text, false)
  }

  /** The last piece: everything is final. The splitter can be used again for another text. */
  end(text = ''): void {
    this.#split(this.#rest + text, true)
  }

  #split(text: string, final: boolean): void {
    let start = 0
    wordPattern.lastIndex = 0
    // The pattern matches every character, so that words lie end to end and `test` (no match object) is enough.
    while (wordPattern.test(text)) {
      const end = wordPattern.lastIndex
      // Two code units: the character that decides may be a surrogate pair.
      if (!final && end > text.length - 2) break
      this.#visit(text.slice(start, end))
      start = end
    }
    this.#rest = final ? '' : text.slice(start)
  }
}
