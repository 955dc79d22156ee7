import type { SignPlace } from './places'

const common = '’“”‘—–…«»„、。，：；「」『』（）！？《》・　\u00a0'
/** Signs that no letter follows, or precedes. */
const closing = '’”…—–»›€™‰'
const opening = '“„«‘‹¿¡'
const rare = '•·°§©®™€£¥±×÷¿¡‚‹›†‡№ªº²³½¼¾―～“”【】〔〕〈〉'
const beforeNumbers = '£€¥$§№±'
const afterNumbers = '°€£½¼¾ªº×'
const wide = /[\uFF01-\uFF5E]/
/** DOS drew with them: lines and shades. */
const drawn = /[\u2500-\u259F]/

/**
 * How plausible a sign is at its place, in nats.
 * @param script of the letters around it
 */
export function scoreOfSign(character: string, place: SignPlace, script: 'latin' | 'eastAsian' | 'other'): number {
  const sign = common.includes(character) ? -3 : rare.includes(character) ? -5.5 : wide.test(character) ? -7 : -10
  if (script === 'eastAsian') return sign
  const isLatin = script === 'latin'
  switch (place) {
    case 'repeated':
      return drawn.test(character) ? -1 : sign
    case 'lone':
      // Of letters hardly any is a word by itself.
      return '—–…'.includes(character) ? -2 : sign
    case 'beforeDigit':
      return beforeNumbers.includes(character) ? -2.5 : sign
    case 'afterDigit':
      return afterNumbers.includes(character) ? -2.5 : sign
    case 'betweenLetters':
      // An apostrophe stands there more often than any letter that Latin has beyond ASCII.
      if (character === '’') return isLatin ? -0.5 : sign
      if (character === '—' && isLatin) return -2.5
      return character === '·' && isLatin ? sign : sign - 4
    case 'beforeLetter':
      if (isLatin && character === '“') return -1.5
      // Of temperatures.
      if (character === '°') return -2.5
      return closing.includes(character) ? sign - 3 : sign
    case 'afterLetter':
      if (isLatin && character === '”') return -1.5
      if (character === '…') return -1.2
      return opening.includes(character) ? sign - 3 : sign
  }
}
