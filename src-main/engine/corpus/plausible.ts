import { eastAsian, languages, type EastAsian, type Language } from './languages'

/**
 * How plausible decoded text is, as a sum of log probabilities (nats, roughly) of its characters beyond ASCII in the best
 * fitting language. Sums for the same bytes compare: the wrong encoding makes letters that no language has, or in places
 * where none has them.
 * @param context text around it that is known: of two languages its own is the likelier
 */
export function plausibility(text: string, encoding: string, context = ''): number {
  const histogram = new Map<string, number>()
  count(text, histogram, 1)
  count(context, histogram, contextWeight)
  let best = -Infinity
  for (const model of modelsOf(encoding)) best = Math.max(best, scoreOf(histogram, model))
  return best
}

/** What a character is, judged by its neighbours too: the same one may be plausible here and not there. */
type SignPlace = 'lone' | 'betweenLetters' | 'beforeLetter' | 'afterLetter'
type Place = 'start' | 'inside' | 'capital' | 'wrongCapital' | 'besideAscii' | SignPlace
type Histogram = ReadonlyMap<string, number>

interface Model {
  readonly isLatin: boolean
  readonly isEastAsian: boolean
  readonly script: RegExp
  readonly cost: (character: string) => number
}

const impossible = -15
/** Below this a character is none that the language has. */
const unlikely = -9
const contextWeight = 0.1
const letter = /\p{L}/u
const mark = /\p{M}/u
const upper = /\p{Lu}/u
const lower = /\p{Ll}/u
const broken = /[\p{Cn}\p{Co}\p{Cs}\uFFFD]|(?![\t\n\v\f\r\x1b])\p{Cc}/u
const common = '’“”‘—–…«»„、。，：；「」『』（）！？《》・　\u00a0'
/** Signs that no letter follows, or precedes. */
const closing = '’”…—–»›€™‰'
const opening = '“„«‘‹¿¡'
const rare = '•·°§©®™€£¥±×¿¡‚‹›†‡№ªº²³½¼¾―～“”【】〔〕〈〉'
const wide = /[\uFF01-\uFF5E]/

/** Share of characters that no text has: control characters, unassigned and private code points. */
export function strangeness(text: string): number {
  let strange = 0
  for (const character of text) if (broken.test(character)) strange++
  return text.length === 0 ? 1 : strange / text.length
}

/** Counts characters beyond ASCII by `character + place`. */
function count(text: string, histogram: Map<string, number>, weight: number): void {
  let before = ' '
  const characters = Array.from(text)
  for (const [i, character] of characters.entries()) {
    if (character > '\x7f') {
      const key = character + placeOf(before, character, characters[i + 1] ?? ' ')
      histogram.set(key, (histogram.get(key) ?? 0) + weight)
    }
    before = character
  }
}

function placeOf(before: string, character: string, after: string): Place {
  const follows = letter.test(before) || mark.test(before)
  const precedes = letter.test(after)
  if (!letter.test(character) && !mark.test(character)) {
    if (follows) return precedes ? 'betweenLetters' : 'afterLetter'
    return precedes ? 'beforeLetter' : 'lone'
  }
  if (upper.test(character)) {
    if (lower.test(before)) return 'wrongCapital'
    return 'capital'
  }
  const besideAscii = (follows && before < '\x80') || (precedes && after < '\x80')
  return besideAscii ? 'besideAscii' : follows ? 'inside' : 'start'
}

function scoreOf(histogram: Histogram, model: Model): number {
  let score = 0
  for (const [key, times] of histogram) {
    const character = String.fromCodePoint(key.codePointAt(0) ?? 0)
    score += times * scoreAt(character, key.slice(character.length) as Place, model)
  }
  return score
}

function scoreAt(character: string, place: Place, model: Model): number {
  if (broken.test(character)) return impossible
  const own = model.cost(character)
  const value = own > unlikely ? own : model.script.test(character) ? -9.5 : -12
  switch (place) {
    case 'lone':
    case 'betweenLetters':
    case 'beforeLetter':
    case 'afterLetter':
      return own > unlikely ? own : scoreOfSign(character, place, model)
    case 'wrongCapital':
      return value - 6
    case 'capital':
      return value - 1
    case 'besideAscii':
      return model.isLatin ? value : value - (model.isEastAsian ? 0.5 : 5)
    // Most Latin languages hardly ever have two such letters side by side.
    case 'inside':
      return model.isLatin ? value - 1 : value
    case 'start':
      return value
  }
}

function scoreOfSign(character: string, place: SignPlace, { isLatin, isEastAsian }: Model): number {
  const sign = common.includes(character) ? -3 : rare.includes(character) ? -5.5 : wide.test(character) ? -7 : -10
  if (isEastAsian) return sign
  if (place === 'betweenLetters') {
    // An apostrophe stands there more often than any letter that Latin has beyond ASCII.
    if (character === '’') return isLatin ? -0.5 : sign
    return character === '·' && isLatin ? sign : sign - 4
  }
  if (isLatin && character === (place === 'beforeLetter' ? '“' : '”')) return -1.5
  const odd = place === 'beforeLetter' ? closing : place === 'afterLetter' ? opening : ''
  return odd.includes(character) ? sign - 3 : sign
}

/** Log probabilities of a list, the most likely first, that fall with the rank. */
function byRank(letters: string, mass: number, weightOf: (rank: number, count: number) => number): Map<string, number> {
  const list = Array.from(letters)
  const weights = list.map((_, rank) => weightOf(rank, list.length))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const costs = new Map<string, number>()
  list.forEach((one, rank) => {
    if (!costs.has(one)) costs.set(one, Math.log((mass * (weights[rank] ?? 0)) / sum))
  })
  return costs
}

function alphabet({ script, letters }: Language): Model {
  const costs = byRank(letters, 0.98, (rank, count_) => Math.exp(-rank / Math.max(2, count_ / 4)))
  return {
    script,
    isLatin: script.test('a'),
    isEastAsian: false,
    cost: (character) => costs.get(character) ?? costs.get(character.toLowerCase()) ?? -10,
  }
}

function signs({ frequent, common: ranges, sounds }: EastAsian): Model {
  const costs = byRank(frequent, 0.6, (rank) => 1 / (rank + 40))
  const usual = new Set(ranges.flatMap(([encoding, lead, trail]) => pairs(encoding, lead, trail)))
  const cost = (character: string): number => {
    if (sounds?.test(character)) return /\p{Script=Hiragana}/u.test(character) ? -3.8 : character > '\uFF00' ? -6 : -4.8
    return costs.get(character) ?? (usual.has(character) ? -8.5 : -12.5)
  }
  return { script: /[\p{Script=Han}\p{Script=Hangul}]/u, isLatin: false, isEastAsian: true, cost }
}

function pairs(encoding: string, lead: readonly [number, number], trail: readonly [number, number]): string[] {
  const bytes: number[] = []
  for (let a = lead[0]; a <= lead[1]; a++) for (let b = trail[0]; b <= trail[1]; b++) bytes.push(a, b)
  return Array.from(new TextDecoder(encoding).decode(Uint8Array.from(bytes))).filter(
    (one) => letter.test(one) && one > '\x7f',
  )
}

const known = new Map<string, readonly Model[]>()
/** The languages that an encoding is for; of UTF-8 and UTF-16 all. */
function modelsOf(encoding: string): readonly Model[] {
  const models = known.get(encoding) ?? [
    ...languages.filter(({ encodings }) => encoding.startsWith('utf') || encodings.includes(encoding)).map(alphabet),
    ...eastAsian.filter(({ encodings }) => encoding.startsWith('utf') || encodings.includes(encoding)).map(signs),
  ]
  known.set(encoding, models)
  return models
}
