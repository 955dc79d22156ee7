import type { FieldLimit, NumberLimit } from './limits'

export type NumberRule = Pick<NumberLimit, 'min' | 'max' | 'integer'>
export type NumberMisfit = 'notNumber' | 'outOfRange' | 'notWhole'
/** Why a value is none of its field's. */
export type Misfit = NumberMisfit | 'notAnOption' | 'notText' | 'tooLong'

/** What keeps a value from being one of these numbers; null where it is one. */
export function numberMisfit({ min, max, integer }: NumberRule, value: unknown): NumberMisfit | null {
  if (typeof value !== 'number' || Number.isNaN(value)) return 'notNumber'
  if (value < min || value > max) return 'outOfRange'
  return integer && !Number.isInteger(value) ? 'notWhole' : null
}

/**
 * The same of a field. Whoever takes values from somewhere asks this one function: the form, the command line, the check of a
 * config; each has its own words for the answer.
 */
export function misfitOf(limit: FieldLimit, value: unknown): Misfit | null {
  switch (limit.kind) {
    case 'number':
      return numberMisfit(limit, value)
    case 'choice':
      return limit.options.some((option) => option === value) ? null : 'notAnOption'
    case 'text':
      if (typeof value !== 'string') return 'notText'
      return value.length > limit.maxLength ? 'tooLong' : null
  }
}
