import { RandomStream } from '../../src-main/engine/random'

/**
 * Chinese of any length in which hardly a sentence comes twice: words of ICU's dictionary, as often as Zipf's law says and
 * others by the paragraph, in sentences of 3 to 24 words. Not text, but with the words, the punctuation and the lengths of text.
 */

/** Two characters of the first level of GB 2312 that ICU takes for one word, about 12,000 of them: some seconds. */
function dictionaryWords(): string[] {
  const gb = new TextDecoder('gb18030')
  const characters: string[] = []
  for (let row = 0xb0; row <= 0xd7; row++) {
    for (let column = 0xa1; column <= 0xfe; column++) {
      const character = gb.decode(Uint8Array.of(row, column))
      if (/\p{Script=Han}/u.test(character)) characters.push(character)
    }
  }
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
  return characters.flatMap((first, i) => {
    if (i % 4 !== 0) return [first]
    const tries = characters.map((second) => `${first}${second}。`).join('')
    return Array.from(segmenter.segment(tries), ({ segment }) => segment).filter((segment) => segment.length === 2)
  })
}

const marks = [
  '，',
  '，',
  '，',
  '。',
  '。',
  '；',
  '？',
  '！',
  '、',
  '：“',
  '”。',
  '……',
  '，2026 年',
  '（English words）',
]

/** @yields documents of about 100 kB, `bytes` of UTF-8 altogether */
export function* chineseText(bytes: number, seed: number): Generator<string> {
  const random = new RandomStream(seed, 'test')
  const words = dictionaryWords()
  for (let i = words.length - 1; i > 0; i--) {
    const other = random.intBelow(i + 1)
    ;[words[i], words[other]] = [words[other] as string, words[i] as string]
  }
  /** Rank r with a probability of about 1 / r. */
  const rank = (): number => Math.floor(Math.exp(random.uniform() * Math.log(words.length)))
  let made = 0
  while (made < bytes) {
    let document = ''
    while (document.length < 32_768) {
      // The commonest hundred words are everywhere; the others belong to what a paragraph is about.
      const subject = random.intBelow(words.length)
      for (let sentences = 3 + random.intBelow(12); sentences > 0; sentences--) {
        for (let length = 3 + random.intBelow(22); length > 0; length--) {
          const at = rank()
          document += words[at < 100 ? at : (at + subject) % words.length] ?? ''
        }
        document += marks[random.intBelow(marks.length)] ?? ''
      }
      document += '\n'
    }
    made += Buffer.byteLength(document)
    yield document
  }
}
