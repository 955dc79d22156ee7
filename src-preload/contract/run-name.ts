import { nameMaxLength, runFields, runLimits, type RunField } from './limits'
import type { RunChoice, RunConfig } from './records/run-config'

/** A recipe with the settings that follow from it, or that stand instead of them. */
export interface Made {
  readonly choice: RunChoice
  readonly config: RunConfig
}

/** One thing that a run does otherwise; the words for it belong to whoever shows them. */
export type NamePart =
  | { readonly kind: 'model'; readonly model: RunChoice['model'] }
  | { readonly kind: 'size'; readonly size: RunChoice['size'] }
  | { readonly kind: 'length'; readonly length: RunChoice['length'] }
  | { readonly kind: 'twice' | 'half'; readonly field: RunField }
  | { readonly kind: 'times' | 'divided'; readonly field: RunField; readonly by: number }
  | { readonly kind: 'value'; readonly field: RunField; readonly value: string | number }

/** Names of more would be read by nobody. */
const mostParts = 3

/** What reports, what computes it, and what follows from other settings is not what a model is called by. */
const isTelling = (field: RunField): boolean =>
  runLimits[field].group !== 'reporting' &&
  !['model', 'engine', 'compile', 'warmupSteps', 'minLearningRate'].includes(field)

/** The factor from one to the other, as a whole number; null where it is none. */
function wholeFactor(from: number, to: number): number | null {
  const factor = Number((to / from).toPrecision(6))
  return from > 0 && Number.isInteger(factor) && factor >= 2 && factor <= 1000 ? factor : null
}

function fieldPart(field: RunField, before: string | number, now: string | number): NamePart {
  const limit = runLimits[field]
  const isAmount = limit.kind === 'number' && limit.min > 0 && field !== 'accumulation'
  const isRate = field.endsWith('earningRate')
  if ((isAmount || isRate) && typeof before === 'number' && typeof now === 'number') {
    const [up, down] = [wholeFactor(before, now), wholeFactor(now, before)]
    if (up !== null) return up === 2 ? { kind: 'twice', field } : { kind: 'times', field, by: up }
    if (down !== null) return down === 2 ? { kind: 'half', field } : { kind: 'divided', field, by: down }
  }
  return { kind: 'value', field, value: now }
}

/**
 * What a run does otherwise than the run or the suggestion that it is made after, most telling first.
 * @param now what was chosen and typed
 * @param before the recipe that it is compared with, and what would follow from `now`'s recipe without anything typed
 */
export function nameParts(now: Made, before: Made): NamePart[] {
  const { model, size, length } = now.choice
  const recipe: NamePart[] = [
    ...(model === before.choice.model ? [] : [{ kind: 'model', model } as const]),
    ...(size === before.choice.size ? [] : [{ kind: 'size', size } as const]),
    ...(length === before.choice.length ? [] : [{ kind: 'length', length } as const]),
  ]
  const typed = runFields
    .filter((field) => isTelling(field) && now.config[field] !== before.config[field])
    .map((field) => fieldPart(field, before.config[field], now.config[field]))
  return [...recipe, ...typed].slice(0, mostParts)
}

/** Between the parts of a name. */
const dot = ' · '

/**
 * The name of a run that nobody named: its text, then what is different, then a number where that is taken.
 * @param phrases of what is different, most telling first: as many as there is space for
 */
export function runName(text: string, phrases: readonly string[], taken: ReadonlySet<string>): string {
  const base = text.replace(/\.[^.]{1,8}$/, '').slice(0, 80)
  // Leaves space for the number.
  const fits = (name: string): boolean => name.length <= nameMaxLength - 6
  const name = phrases.reduce((whole, phrase) => (fits(whole + dot + phrase) ? whole + dot + phrase : whole), base)
  if (!taken.has(name)) return name
  for (let n = 2; ; n++) if (!taken.has(`${name} ${n}`)) return `${name} ${n}`
}
