/** Ends a sentence, with what closes after it. */
const sentenceEnd = /[.!?…。！？][”’"'」』）)]*$/u
/** Addresses, tables, lists, mark-up: whatever else stands in a text, nobody begins a page with it. */
const boilerplate = /https?:|www\.|@|[|{}<>\\_*=]|\d{3}|^\s*(?:[-•#]|\d+[.)、])/u
/** Shorter lines without an end are headings, or verses; lines that a program has wrapped are longer. */
const shortLine = 40

const words = new Intl.Segmenter(undefined, { granularity: 'word' })
const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' })

/** What a line takes of a page: a Chinese character is as wide as two letters. */
const widthOf = (line: string): number => line.length + (line.match(/\p{Script=Han}/gu)?.length ?? 0)

/** Whole paragraphs of a part of a text, which may begin and end anywhere; headings left out, wrapped lines joined. */
function paragraphsOf(part: string): string[] {
  const found: string[] = []
  let open = ''
  for (const line of part.split('\n').map((one) => one.trim())) {
    const isWhole = sentenceEnd.test(line)
    if (line === '' || boilerplate.test(line) || (!isWhole && widthOf(line) < shortLine)) {
      open = ''
      continue
    }
    open = open === '' ? line : `${open} ${line}`
    if (!isWhole) continue
    found.push(open)
    open = ''
  }
  return found
}

/** The first words of a sentence, fit to go on from; null where it has no such beginning. */
function openingOf(sentence: string): string | null {
  if (!/^(?:\p{Lu}|\p{Lo})/u.test(sentence) || !sentenceEnd.test(sentence)) return null
  // A word in capitals begins a heading or shouts.
  if (/^\p{Lu}{2}/u.test(sentence)) return null
  const isHan = /^\p{Script=Han}/u.test(sentence)
  const [least, enough] = isHan ? [4, 5] : [3, 4]
  let opening = ''
  let size = 0
  for (const { segment, isWordLike } of words.segment(sentence)) {
    if (isWordLike !== true && segment.trim() !== '') break
    opening += segment
    if (isWordLike === true) size += isHan ? segment.length : 1
    if (size >= enough) break
  }
  // What is left must be more than the end of it.
  return size >= least && opening.length <= 40 && sentence.length > opening.length + 4 ? opening.trim() : null
}

/**
 * Beginnings of sentences in parts of a text, those of paragraphs first; each once, and none of a sentence that comes again:
 * headers and licences do.
 */
export function openingsIn(parts: readonly string[]): string[] {
  const paragraphs = parts.flatMap(paragraphsOf)
  const inOrder = paragraphs.map((paragraph) => [...sentences.segment(paragraph)].map(({ segment }) => segment.trim()))
  const times = new Map<string, number>()
  for (const sentence of inOrder.flat()) times.set(sentence, (times.get(sentence) ?? 0) + 1)
  const opened = (chosen: readonly string[]): string[] =>
    chosen.flatMap((sentence) => (times.get(sentence) === 1 ? (openingOf(sentence) ?? []) : []))
  const first = opened(inOrder.flatMap((some) => some.slice(0, 1)))
  return [...new Set(first.length >= 3 ? first : [...first, ...opened(inOrder.flatMap((some) => some.slice(1)))])]
}
