/** What decides a run: the hyperparameters of `runLimits` as a schema, and the simple choice that suggests them. */

import { type FieldLimit, runLimits, withDefaults, earlierModels, type EarlierModel } from '../limits'
import { z } from '../zod'

const field = (limit: FieldLimit): z.ZodType => {
  switch (limit.kind) {
    case 'number': {
      const base = limit.integer ? z.number().int() : z.number()
      return base.min(limit.min).max(limit.max)
    }
    case 'choice':
      return z.enum(limit.options as [string, ...string[]])
    case 'text':
      return z.string().max(limit.maxLength)
  }
}

type FieldValue<L extends FieldLimit> = L extends { kind: 'number' }
  ? number
  : L extends { kind: 'choice'; options: readonly (infer T)[] }
    ? T
    : string

/** Everything that decides a run, flat, in the field's words. Plain words for people live in src-renderer/text. */
export type RunConfig = { -readonly [K in keyof typeof runLimits]: FieldValue<(typeof runLimits)[K]> }

const shape = Object.fromEntries(Object.entries(runLimits).map(([key, limit]) => [key, field(limit)]))
export const runConfig = z.strictObject(shape) as unknown as z.ZodType<RunConfig, RunConfig>
/** As `runConfig`, from a row or a file that may be older than this program. */
export const storedRunConfig = z.preprocess(
  (stored) =>
    typeof stored === 'object' && stored !== null ? withDefaults(stored as Record<string, unknown>) : stored,
  runConfig,
)
export const runOverrides = z.strictObject(shape).partial() as unknown as z.ZodType<
  Partial<RunConfig>,
  Partial<RunConfig>
>

export const sizeDial = z.enum(['tiny', 'small', 'medium', 'large'])
export type SizeDial = z.infer<typeof sizeDial>
export const lengthDial = z.enum(['quick', 'normal', 'long'])
export type LengthDial = z.infer<typeof lengthDial>

export const modelKind = z.enum(runLimits.model.options)
/** Of a run that was recorded, perhaps by an earlier version. */
export const recordedModel = z.enum([...runLimits.model.options, ...(Object.keys(earlierModels) as EarlierModel[])])
export const tokenizerKind = z.enum(runLimits.tokenizer.options)

/** The simple form: five fields, of which the name and the text are not part of the recipe. */
export const runChoice = z.object({ model: modelKind, size: sizeDial, length: lengthDial })
export type RunChoice = z.infer<typeof runChoice>
