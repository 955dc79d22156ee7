import { eastAsian, languages, type EastAsian, type Language } from './languages'
import { letter, placesIn, type LetterPlace, type Place } from './places'
import { scoreOfSign } from './signs'

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
  const around = { isEnglish: isEnglish(`${context} ${text}`), isAscii: isMostlyAscii(text) }
  let best = -Infinity
  for (const model of modelsOf(encoding)) best = Math.max(best, scoreOf(histogram, model, around))
  return best
}

type Histogram = ReadonlyMap<string, number>

interface Model {
  readonly kind: 'latin' | 'eastAsian' | 'other'
  readonly script: RegExp
  readonly cost: (character: string) => number
  /** Letters that are words by themselves; null: any may be. */
  readonly words: string | null
}

/** What is ASCII in the text says something too. */
interface Around {
  /** English has hardly any letters beyond ASCII: what there is may well be a sign. */
  readonly isEnglish: boolean
  /** Letters of another script do not stand one by one among so many of Latin's. */
  readonly isAscii: boolean
}

const impossible = -15
/** Below this a character is none that the language has. */
const unlikely = -9
const contextWeight = 0.1
const broken = /[\p{Cn}\p{Co}\p{Cs}\uFFFD]|(?![\t\n\v\f\r\x1b])\p{Cc}/u

/** Share of characters that no text has: control characters, unassigned and private code points. */
export function strangeness(text: string): number {
  let strange = 0
  for (const character of text) if (broken.test(character)) strange++
  return text.length === 0 ? 1 : strange / text.length
}

const isMostlyAscii = (text: string): boolean =>
  (text.match(/[a-z]/gi)?.length ?? 0) > 4 * (text.match(/[^\0-\x7f]/g)?.length ?? 0)

function isEnglish(text: string): boolean {
  const words = text.match(/[a-z]+/gi)?.length ?? 0
  const frequent = text.match(/\b(?:the|and|of|to|in|that|was|is)\b/gi)?.length ?? 0
  return frequent > words * 0.08
}

/** Counts characters beyond ASCII by `character + place`. */
function count(text: string, histogram: Map<string, number>, weight: number): void {
  for (const { character, place } of placesIn(text)) {
    const key = character + place
    histogram.set(key, (histogram.get(key) ?? 0) + weight)
  }
}

function scoreOf(histogram: Histogram, model: Model, around: Around): number {
  let score = 0
  for (const [key, times] of histogram) {
    const character = String.fromCodePoint(key.codePointAt(0) ?? 0)
    score += times * scoreAt(character, key.slice(character.length) as Place, model, around)
  }
  return score
}

function scoreAt(character: string, place: Place, model: Model, around: Around): number {
  if (broken.test(character)) return impossible
  const own = model.cost(character)
  switch (place) {
    case 'lone':
    case 'betweenLetters':
    case 'beforeLetter':
    case 'afterLetter':
    case 'beforeDigit':
    case 'afterDigit':
    case 'repeated':
      return own > unlikely ? own : scoreOfSign(character, place, model.kind)
    default: {
      const value = own > unlikely ? own : model.script.test(character) ? -9.5 : -12
      return value + inPlace(character, place, model, around)
    }
  }
}

/** What its place takes from a letter's plausibility. */
function inPlace(character: string, place: LetterPlace, { kind, words }: Model, around: Around): number {
  const english = kind === 'latin' && around.isEnglish ? -2 : 0
  switch (place) {
    case 'wrongCapital':
      return english - 6
    case 'capital':
      return english - 1
    case 'besideDigit':
      return kind === 'eastAsian' ? 0 : english - 6
    case 'alone':
      if (kind === 'eastAsian') return 0
      if (kind === 'other') return around.isAscii ? -6 : -2
      return english - (words?.includes(character.toLowerCase()) === false ? 6 : 2)
    case 'besideAscii':
      return kind === 'latin' ? english : kind === 'eastAsian' ? -0.5 : -5
    // Most Latin languages hardly ever have two such letters side by side.
    case 'inside':
      return kind === 'latin' ? english - 1 : 0
    case 'start':
      return english
  }
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

function alphabet({ script, letters, words }: Language): Model {
  const costs = byRank(letters, 0.98, (rank, count_) => Math.exp(-rank / Math.max(2, count_ / 4)))
  const cost = (character: string): number => costs.get(character) ?? costs.get(character.toLowerCase()) ?? -10
  return { script, kind: script.test('a') ? 'latin' : 'other', cost, words }
}

function signs({ frequent, common: ranges, sounds }: EastAsian): Model {
  const costs = byRank(frequent, 0.6, (rank) => 1 / (rank + 40))
  const usual = new Set(ranges.flatMap(([encoding, lead, trail]) => pairs(encoding, lead, trail)))
  const cost = (character: string): number => {
    if (sounds?.test(character)) return /\p{Script=Hiragana}/u.test(character) ? -3.8 : character > '\uFF00' ? -6 : -4.8
    return costs.get(character) ?? (usual.has(character) ? -8.5 : -12.5)
  }
  return { script: /[\p{Script=Han}\p{Script=Hangul}]/u, kind: 'eastAsian', cost, words: null }
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
