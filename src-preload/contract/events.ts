import { checkpointRecord, rollback } from './records/checkpoints'
import { corpusId, errorData, generationId, runId } from './records/common'
import { installableEngine } from './records/computer'
import { generation, messageRecord } from './records/conversations'
import { corpusRecord } from './records/corpora'
import { evalRow, stepRow } from './records/curves'
import { runRecord, runStage, sampleRecord } from './records/runs'
import { tierChange } from './records/steps'
import { z } from './zod'

/**
 * What the backend tells every window. Each stream carries its identity and a `seq` that rises by one for the life of
 * that stream (steps cannot order events: an evaluation and a step share one, and resuming rewinds it). A store
 * subscribes first, fetches history next, and drops what it has already seen.
 */
const runBase = { topic: z.literal('run'), runId, seq: z.number().int() }

export const runEvent = z.discriminatedUnion('kind', [
  z.object({ ...runBase, kind: z.literal('state'), run: runRecord }),
  z.object({
    ...runBase,
    kind: z.literal('stage'),
    stage: runStage,
    /** 0 to 1; null when it cannot be known. */
    progress: z.number().nullable(),
  }),
  /** All steps logged since the last message: throttling delays points but never drops one. */
  z.object({ ...runBase, kind: z.literal('steps'), rows: z.array(stepRow) }),
  z.object({ ...runBase, kind: z.literal('eval'), row: evalRow }),
  z.object({ ...runBase, kind: z.literal('sample'), sample: sampleRecord }),
  z.object({ ...runBase, kind: z.literal('checkpoint'), checkpoint: checkpointRecord }),
  z.object({ ...runBase, kind: z.literal('tier'), ...tierChange.shape }),
  /** What was logged beyond `toStep` is gone: fetch the run again. */
  z.object({ ...runBase, kind: z.literal('rollback'), rollback }),
])
export type RunEvent = z.infer<typeof runEvent>

export const corpusStage = z.enum(['reading', 'counting', 'tokenizing', 'encoding'])
export type CorpusStage = z.infer<typeof corpusStage>

export const corpusEvent = z.discriminatedUnion('kind', [
  z.object({
    topic: z.literal('corpus'),
    corpusId,
    seq: z.number().int(),
    kind: z.literal('progress'),
    stage: corpusStage,
    progress: z.number(),
    /** The file being read; null in later stages. */
    file: z.string().nullable(),
  }),
  z.object({
    topic: z.literal('corpus'),
    corpusId,
    seq: z.number().int(),
    kind: z.literal('state'),
    corpus: corpusRecord,
  }),
])
export type CorpusEvent = z.infer<typeof corpusEvent>

const generationBase = { topic: z.literal('generation'), generationId, seq: z.number().int() }
export const generationEvent = z.discriminatedUnion('kind', [
  /** The first event of every answer: other windows show it too. */
  z.object({ ...generationBase, kind: z.literal('begin'), generation }),
  /** Whole characters only: half a character is held back until its last byte is there. */
  z.object({ ...generationBase, kind: z.literal('text'), text: z.string(), tokens: z.number().int() }),
  /** Somebody has asked it to stop: it ends after the token under way. */
  z.object({ ...generationBase, kind: z.literal('stopping') }),
  z.object({ ...generationBase, kind: z.literal('end'), message: messageRecord, error: errorData.nullable() }),
])
export type GenerationEvent = z.infer<typeof generationEvent>

export const installStage = z.enum(['downloading', 'checking', 'unpacking'])
export type InstallStage = z.infer<typeof installStage>

const installBase = { topic: z.literal('install'), engine: installableEngine, seq: z.number().int() }
/** One engine at a time is installed. */
export const installEvent = z.discriminatedUnion('kind', [
  z.object({
    ...installBase,
    kind: z.literal('progress'),
    stage: installStage,
    doneBytes: z.number(),
    totalBytes: z.number(),
  }),
  /** null: it is there. */
  z.object({ ...installBase, kind: z.literal('end'), error: errorData.nullable() }),
])
export type InstallEvent = z.infer<typeof installEvent>

export const appEvent = z.union([
  runEvent,
  corpusEvent,
  generationEvent,
  installEvent,
  /** A list changed by a delete, a restore or another window: fetch it again. */
  z.object({
    topic: z.literal('changed'),
    what: z.enum(['runs', 'corpora', 'conversations', 'settings', 'engines', 'timings', 'queue']),
  }),
  /** From the shell or the socket: `up` means fetch everything again. */
  z.object({ topic: z.literal('backend'), state: z.enum(['up', 'down']) }),
])
export type AppEvent = z.infer<typeof appEvent>
