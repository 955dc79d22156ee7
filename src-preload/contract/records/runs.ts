/** A run: its state in lists, and all of it on its page. */

import { z } from '../zod'
import { checkpointRecord, resumedFrom, rollback } from './checkpoints'
import { corpusId, errorData, runId, timestamp } from './common'
import { engineId } from './computer'
import { runParent } from './origin'
import { modelSummary } from './plan'
import { recordedModel, runChoice, runConfig } from './run-config'
import { tierChange } from './steps'

export const runState = z.enum(['queued', 'running', 'paused', 'interrupted', 'stopped', 'done', 'failed'])
export type RunState = z.infer<typeof runState>

export const runStage = z.enum(['waiting', 'preparing', 'tokenizing', 'compiling', 'training', 'evaluating', 'saving'])
export type RunStage = z.infer<typeof runStage>

/** How a person wants a run to end before its last step. */
export const runEnding = z.enum(['paused', 'stopped'])
export type RunEnding = z.infer<typeof runEnding>

/** It is stored: every window sees it, and a reload forgets nothing. Heard of at `at`, fulfilled within `stopWithinMs`. */
export const runWish = z.object({ ending: runEnding, at: timestamp })
export type RunWish = z.infer<typeof runWish>

/** More steps for a run that was over: at `fromStep` a new schedule begins, which ends at `toStep`. */
export const extension = z.object({ fromStep: z.number().int(), toStep: z.number().int() })
export type Extension = z.infer<typeof extension>

export const runRecord = z.object({
  runId,
  name: z.string(),
  state: runState,
  /** Of a run that is queued or running: how somebody asked it to end. */
  wish: runWish.nullable(),
  model: recordedModel,
  corpusId,
  /** The text's name, kept when the text itself is deleted. */
  corpus: z.string(),
  parameterCount: z.number().int(),
  step: z.number().int(),
  /** The last one, extensions included. */
  maxSteps: z.number().int(),
  /** First to last; the settings stay as they began. */
  extensions: z.array(extension),
  bestValLossNats: z.number().nullable(),
  trainLossNats: z.number().nullable(),
  tokensPerSecond: z.number().nullable(),
  engine: engineId.nullable(),
  createdAt: timestamp,
  startedAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
  /** Time spent training, pauses left out. */
  trainedMs: z.number(),
  /** When `trainedMs` was that: from there on its clock runs. null: it stands still. */
  trainedAt: timestamp.nullable(),
  /** Of each kind the newest first. */
  checkpoints: z.array(checkpointRecord),
  /** Of the last time that it went on; null: from its newest state. */
  resumedFrom: resumedFrom.nullable(),
  parent: runParent.nullable(),
  hasNotes: z.boolean(),
  error: errorData.nullable(),
  /** Highest sequence number of the events that this record holds. */
  seq: z.number().int(),
})
export type RunRecord = z.infer<typeof runRecord>

export const sampleRecord = z.object({ step: z.number().int(), prompt: z.string(), text: z.string(), at: timestamp })
export type SampleRecord = z.infer<typeof sampleRecord>

export const runDetail = z.object({
  run: runRecord,
  notes: z.string(),
  config: runConfig,
  /** The recipe that comes nearest to the settings. */
  choice: runChoice,
  summary: modelSummary,
  /** Which tier computed from which step on and in which precision: part of the record, because their bits differ. */
  tiers: z.array(tierChange),
  rollbacks: z.array(rollback),
  samples: z.array(sampleRecord),
})
export type RunDetail = z.infer<typeof runDetail>

/** Runs that changed after a revision, whole records; `removed` is null where these are all there are. */
export const runChanges = z.object({
  revision: z.number().int(),
  runs: z.array(runRecord),
  removed: z.array(runId).nullable(),
})
export type RunListChanges = z.infer<typeof runChanges>
