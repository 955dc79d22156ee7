/** What a run measures of itself, step by step, and how runs differ. */

import { z } from '../zod'
import { runId } from './common'

/** One logged training step. Losses in nats per token; elapsedMs is training time, pauses left out. */
export const stepRow = z.object({
  seq: z.number().int(),
  step: z.number().int(),
  tokens: z.number().int(),
  elapsedMs: z.number(),
  lossNats: z.number(),
  gradNorm: z.number(),
  learningRate: z.number(),
  tokensPerSecond: z.number(),
  memoryBytes: z.number(),
})
export type StepRow = z.infer<typeof stepRow>

/** One evaluation on the validation text, token-weighted. */
export const evalRow = z.object({
  seq: z.number().int(),
  step: z.number().int(),
  tokens: z.number().int(),
  elapsedMs: z.number(),
  valLossNats: z.number(),
  perplexity: z.number(),
  bitsPerByte: z.number(),
  /** Share of next tokens guessed right, 0 to 1. */
  accuracy: z.number(),
})
export type EvalRow = z.infer<typeof evalRow>

/** Downsampled step rows: the last row of each bucket with the bucket's lowest and highest loss, so no spike hides. */
export const curveRow = stepRow.extend({ minLossNats: z.number(), maxLossNats: z.number() })
export type CurveRow = z.infer<typeof curveRow>

export const runCurves = z.object({
  runId,
  /** Highest sequence number included; live events up to it are already here. */
  seq: z.number().int(),
  steps: z.array(curveRow),
  evals: z.array(evalRow),
})
export type RunCurves = z.infer<typeof runCurves>

export const runDifference = z.object({
  field: z.string(),
  /** One value a run, in the order asked. */
  values: z.array(z.union([z.string(), z.number()])),
})
