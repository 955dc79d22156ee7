import type { ErrorData } from '../../src-preload/contract/errors'
import { misfitOf } from '../../src-preload/contract/field-value'
import { runLimits, type RunField } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { shownNumber, typedNumber, type NumberTypo } from './numberField'

/** What is wrong with a field: an error with a sentence, or text that is no number for certain. */
export interface FieldProblem {
  readonly error: ErrorData | null
  readonly typo: NumberTypo | null
  /** One of them removes it. */
  readonly fixes: readonly Partial<RunConfig>[]
}

/** What was typed, as the value that the contract allows, or why it is none. */
export function readDraft(field: RunField, draft: string): { value: string | number } | { problem: FieldProblem } {
  const limit = runLimits[field]
  if (limit.kind !== 'number') return { value: draft }
  const typed = typedNumber(draft, limit)
  if ('typo' in typed) {
    const fixes = typed.typo.readings.map((reading) => ({ [field]: reading }))
    return { problem: { error: null, typo: typed.typo, fixes } }
  }
  const { value } = typed
  if (misfitOf(limit, value) === null) return { value }
  const { min, max } = limit
  const fix = { [field]: Math.min(max, Math.max(min, value)) } as Partial<RunConfig>
  return { problem: { error: { code: 'config.outOfRange', params: { min, max } }, typo: null, fixes: [fix] } }
}

/** A value of the config as its field shows it. */
export const shownValue = (value: string | number): string => (typeof value === 'number' ? shownNumber(value) : value)
