/** What is known of a run before it starts: whether it fits, what it takes, what else there is. */

import { z } from '../zod'
import { errorData } from './common'
import { runChoice, runConfig, runOverrides, sizeDial } from './run-config'

/** A run that a new one is made after: its settings hold but for what another choice, or a person, changes. */
export const planBase = z.object({ config: runConfig, choice: runChoice })
export type PlanBase = z.infer<typeof planBase>

export const layerSummary = z.object({
  name: z.string(),
  /** One array a weight: [rows, columns] or [n]. */
  shapes: z.array(z.array(z.number().int())),
  parameters: z.number().int(),
})
export const modelSummary = z.object({
  layers: z.array(layerSummary),
  parameterCount: z.number().int(),
  /** Pieces the tokenizer will have on this text; may be below the wish in the config. */
  vocabSize: z.number().int(),
  /** Rough peak of a training step: weights, optimizer state, gradients, activations. */
  memoryBytes: z.number(),
  /** Passes over the training text. */
  epochs: z.number(),
})
export type ModelSummary = z.infer<typeof modelSummary>

export const configProblem = z.object({
  error: errorData,
  field: z.string(),
  /** A change of fields that removes the problem; offered as a button. */
  fix: runOverrides.nullable(),
})
export type ConfigProblem = z.infer<typeof configProblem>

/** How long a run would take, with an honest range; `basis`: a run or a probe of this shape here, or of one like it. */
export const timeEstimate = z.object({
  lowMs: z.number(),
  likelyMs: z.number(),
  highMs: z.number(),
  basis: z.enum(['run', 'probe', 'similar']),
})
export type TimeEstimate = z.infer<typeof timeEstimate>

/** What is to be said of a training before it starts; `better`: the choice that a button would take. */
export const planVerdict = z.object({
  kind: z.enum(['fits', 'tooLittleText', 'memorises', 'takesLong']),
  /** Of the text, what repeats itself counted once. */
  words: z.number(),
  /** Over the training text, what repeats itself counted once. */
  passes: z.number(),
  likelyMs: z.number().nullable(),
  better: runChoice.nullable(),
})
export type PlanVerdict = z.infer<typeof planVerdict>

/** What a card of the form says. */
export const planOption = z.object({
  choice: runChoice,
  parameterCount: z.number().int(),
  memoryBytes: z.number(),
  /** null: nothing like it was measured here yet. */
  estimate: timeEstimate.nullable(),
})
export type PlanOption = z.infer<typeof planOption>

/**
 * Whether the steps of this plan are timed: `soon` when somebody asks, `training` while this run trains, since a test beside it
 * would measure neither.
 */
export const speedTest = z.discriminatedUnion('state', [
  z.object({ state: z.enum(['known', 'soon', 'running', 'memory', 'failed']) }),
  z.object({ state: z.literal('training'), name: z.string() }),
])
export type SpeedTest = z.infer<typeof speedTest>

export const runPlan = z.object({
  config: runConfig,
  /** The same without `overrides`. */
  suggested: runConfig,
  summary: modelSummary,
  problems: z.array(configProblem),
  estimate: timeEstimate.nullable(),
  speedTest,
  /** What its files take in the end. */
  diskBytes: z.number(),
  verdict: planVerdict,
  /** What the text can fill. */
  suggestedSize: sizeDial,
  /** Every other size with this length, every other length with this size. */
  options: z.array(planOption),
})
export type RunPlan = z.infer<typeof runPlan>
