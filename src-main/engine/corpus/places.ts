/** What a character beyond ASCII is, judged by its neighbours: the same one may be plausible here and not there. */
export type Place = LetterPlace | SignPlace
export type LetterPlace = 'start' | 'inside' | 'capital' | 'wrongCapital' | 'besideAscii' | 'alone' | 'besideDigit'
export type SignPlace =
  'lone' | 'betweenLetters' | 'beforeLetter' | 'afterLetter' | 'beforeDigit' | 'afterDigit' | 'repeated'

export const letter = /\p{L}/u
const mark = /\p{M}/u
const upper = /\p{Lu}/u
const lower = /\p{Ll}/u
const digit = /\d/

interface Placed {
  readonly character: string
  readonly place: Place
}

/** The characters beyond ASCII, each with its place. */
export function* placesIn(text: string): Generator<Placed> {
  let before = ' '
  const characters = Array.from(text)
  for (const [i, character] of characters.entries()) {
    if (character > '\x7f') yield { character, place: placeOf(before, character, characters[i + 1] ?? ' ') }
    before = character
  }
}

function placeOf(before: string, character: string, after: string): Place {
  const follows = letter.test(before) || mark.test(before)
  const precedes = letter.test(after)
  const isBesideDigit = digit.test(before) || digit.test(after)
  if (!letter.test(character) && !mark.test(character)) {
    if (follows) return precedes ? 'betweenLetters' : 'afterLetter'
    if (precedes) return 'beforeLetter'
    if (character === before || character === after) return 'repeated'
    return isBesideDigit ? (digit.test(after) ? 'beforeDigit' : 'afterDigit') : 'lone'
  }
  if (!follows && !precedes) return isBesideDigit ? 'besideDigit' : 'alone'
  if (upper.test(character)) return lower.test(before) ? 'wrongCapital' : 'capital'
  if (upper.test(after)) return 'wrongCapital'
  const besideAscii = (follows && before < '\x80') || (precedes && after < '\x80')
  return besideAscii ? 'besideAscii' : follows ? 'inside' : 'start'
}
