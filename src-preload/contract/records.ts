import { z } from 'zod'
import { errorCodes, type ErrorCode } from './errors'
import { nameMaxLength, runLimits, samplingLimits, withDefaults, type FieldLimit } from './limits'

// The page's policy forbids eval; without this zod would probe for it and the browser would report a violation.
z.config({ jitless: true })

const id = z.string().regex(/^[a-z]{1,4}_[0-9a-z]{8,40}$/)
/** Milliseconds since 1970, UTC. */
const timestamp = z.number().int().nonnegative()
export const name = z.string().trim().min(1).max(nameMaxLength)
export const corpusId = id
export const runId = id
export const conversationId = id
export const messageId = id
export const generationId = id
export const uploadId = id

export const errorData = z.object({
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
})

// ---- what this computer can do ----
export const engineId = z.enum(['cuda', 'tensorflow', 'webgpu', 'wasm'])
export type EngineId = z.infer<typeof engineId>

/** An engine by name, or whichever is the fastest here. */
export const engineWish = z.enum(['auto', ...engineId.options])
export type EngineWish = z.infer<typeof engineWish>

/** The engines that do not come with the app. */
export const installableEngine = z.enum(['tensorflow', 'cuda'])
export type InstallableEngine = z.infer<typeof installableEngine>

/** What "Install the fast engine" would fetch, and what of it is there. */
export const enginePackage = z.object({
  engine: installableEngine,
  version: z.string(),
  /** Packages of Python's package index, as name==version. */
  packages: z.array(z.string()),
  /** Names of the files that can be brought instead. */
  files: z.array(z.string()),
  licences: z.array(z.string()),
  downloadBytes: z.number(),
  diskBytes: z.number(),
  /** Whether there is one for this computer's system and processor. */
  supported: z.boolean(),
  /** What it takes on the disk, whole or half-installed; null when there is nothing. */
  installedBytes: z.number().nullable(),
  /** Being installed now. */
  installing: z.boolean(),
})
export type EnginePackageInfo = z.infer<typeof enginePackage>

export const engineInfo = z.object({
  engine: engineId,
  available: z.boolean(),
  /** Of the library, for example 2.21.0. */
  version: z.string().nullable(),
  /** Folder where it was found; null for those that come with the app. */
  location: z.string().nullable(),
  /** What it computes on: the name of a graphics card or a processor. */
  hardware: z.string().nullable(),
  /** Of the model that every engine is measured with (engine/measure.ts), milliseconds; null: not measured here. */
  stepMs: z.number().nullable(),
  measuredAt: timestamp.nullable(),
  /** Why it cannot be used; null when it can. */
  problem: errorData.nullable(),
})
export type EngineInfo = z.infer<typeof engineInfo>

/** Why an engine is the one that is used: asked for; first of all; the only one; measured; nothing else works. */
export const engineReason = z.enum(['named', 'notHere', 'card', 'only', 'faster', 'notMeasured', 'builtIn'])
export type EngineReason = z.infer<typeof engineReason>

export const computerInfo = z.object({
  appVersion: z.string(),
  nodeVersion: z.string(),
  platform: z.string(),
  processor: z.string(),
  cores: z.number().int(),
  memoryBytes: z.number(),
  freeMemoryBytes: z.number(),
  freeDiskBytes: z.number(),
  /** Names, as far as the system gives them; what computes says its own (engines[].hardware). */
  gpus: z.array(z.string()),
  profileDir: z.string(),
  /** False for one that can only be looked at. */
  profileWritable: z.boolean(),
  engines: z.array(engineInfo),
  /** What is wished for: by the settings, unless the environment names one for the whole program. */
  engineWish,
  engineWishFixed: z.boolean(),
  /** The one that a new run uses, and why. */
  engine: engineId,
  engineReason,
  /** What the environment asks for and does not get. */
  warnings: z.array(errorData),
})
export type ComputerInfo = z.infer<typeof computerInfo>

// ---- texts ----
export const corpusState = z.enum(['importing', 'ready', 'failed', 'cancelled'])

export const corpusDocument = z.object({
  name: z.string(),
  sizeBytes: z.number().int(),
  /** As TextDecoder names it; two where the lines of a file differ: "utf-8 + windows-1252". */
  encoding: z.string(),
  characters: z.number().int(),
  /** Characters in lines of the second encoding, read as what they most likely are. */
  repaired: z.number().int().default(0),
  /** Characters that no encoding explains: U+FFFD stands for them. */
  lost: z.number().int().default(0),
  /** Zero bytes and byte order marks within the text, left out. */
  removed: z.number().int().default(0),
  /** Nothing in the file says its encoding: its bytes are kept, and can be read in another (`corpora.reread`). */
  guessed: z.boolean().default(false),
  /** Why this file was left out; null when it is in. */
  problem: errorData.nullable(),
})
export type CorpusDocument = z.infer<typeof corpusDocument>

/** An encoding that a file may be in, with what it would make of its start. */
export const encodingCandidate = z.object({ encoding: z.string().max(40), preview: z.string() })
export type EncodingCandidate = z.infer<typeof encodingCandidate>

export const corpusCounts = z.object({
  characters: z.number().int(),
  /** Words as the writing system has them: Intl.Segmenter, so Chinese counts too. */
  words: z.number().int(),
  lines: z.number().int(),
  bytes: z.number().int(),
  /** Different characters: what a character tokenizer would have as vocabulary. */
  distinctCharacters: z.number().int(),
  /** With the tokenizer that Homegrown would choose for this text. */
  tokens: z.number().int(),
  /** The largest BPE vocabulary that this text can fill. */
  maxVocabSize: z.number().int(),
  /** Share of the text that is left when sentences that come again are counted once; absent where nobody looked. */
  uniqueShare: z.number().optional(),
})
export type CorpusCounts = z.infer<typeof corpusCounts>

export const corpusRecord = z.object({
  corpusId,
  name: z.string(),
  state: corpusState,
  createdAt: timestamp,
  /** Files that were read. */
  documents: z.number().int(),
  /** Files that were left out; each document says why. */
  leftOut: z.number().int(),
  /** Sums of the documents. */
  repaired: z.number().int(),
  lost: z.number().int(),
  /** Whether the person has dealt with the above (`corpora.dismiss`). */
  dismissed: z.boolean(),
  counts: corpusCounts.nullable(),
  error: errorData.nullable(),
})
export type CorpusRecord = z.infer<typeof corpusRecord>

/**
 * What an import led to. `here`: the same content was imported before, and this is that text; `trash`: it is, but
 * deleted.
 */
export const importedCorpus = corpusRecord.extend({ found: z.enum(['new', 'here', 'trash']) })
export type ImportedCorpus = z.infer<typeof importedCorpus>

// ---- hyperparameters ----
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
  (stored) => (typeof stored === 'object' && stored !== null ? withDefaults(stored) : stored),
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
export const tokenizerKind = z.enum(runLimits.tokenizer.options)

/** The simple form: five fields, of which the name and the text are not part of the recipe. */
export const runChoice = z.object({ model: modelKind, size: sizeDial, length: lengthDial })
export type RunChoice = z.infer<typeof runChoice>

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

// ---- runs ----
export const runState = z.enum(['queued', 'running', 'paused', 'interrupted', 'stopped', 'done', 'failed'])
export type RunState = z.infer<typeof runState>

export const runStage = z.enum(['waiting', 'preparing', 'tokenizing', 'compiling', 'training', 'evaluating', 'saving'])
export type RunStage = z.infer<typeof runStage>

/** `eager`: op by op (WASM). `graph`, `xla`: the captured step. */
export const tier = z.enum(['eager', 'graph', 'xla'])
export type Tier = z.infer<typeof tier>

export const precision = z.enum(['float32', 'bfloat16'])
export type Precision = z.infer<typeof precision>

/** Why a way to compute a step that was tried isn't used: not clearly faster, another loss, or the library couldn't. */
export const wayRefusal = z.object({
  reason: z.enum(['slower', 'differs', 'memory', 'impossible']),
  /** After the trial's steps from the same state without dropout; null: not computed, or no finite number. */
  lossNats: z.number().nullable(),
  /** Likewise, of the way that was the best so far. */
  bestLossNats: z.number().nullable(),
  /** What the library said, where it couldn't. */
  detail: z.string(),
})
export type WayRefusal = z.infer<typeof wayRefusal>

/** One way to compute a step, as a trial at the start of a run measured it. */
export const stepTiming = z.object({
  tier,
  precision,
  /** null: the library couldn't compute it. */
  stepMs: z.number().nullable(),
  /** Absent: it was taken, or is what the others were compared with. */
  refused: wayRefusal.optional(),
})
export type StepTiming = z.infer<typeof stepTiming>

/** How a person wants a run to end before its last step. */
export const runEnding = z.enum(['paused', 'stopped'])
export type RunEnding = z.infer<typeof runEnding>

/** It is stored: every window sees it, and a reload forgets nothing. Heard of at `at`, fulfilled within `stopWithinMs`. */
export const runWish = z.object({ ending: runEnding, at: timestamp })
export type RunWish = z.infer<typeof runWish>

export const checkpointKind = z.enum(['best', 'last'])
export type CheckpointKind = z.infer<typeof checkpointKind>
export const checkpointRecord = z.object({
  kind: checkpointKind,
  step: z.number().int(),
  valLossNats: z.number().nullable(),
  savedAt: timestamp,
  sizeBytes: z.number().int(),
})
export type CheckpointRecord = z.infer<typeof checkpointRecord>

/**
 * Where a run went on from, if that was not its newest state: the newer one was damaged, its files were gone, or a person chose
 * this one. `best` has no optimizer state: the moments began with zeros.
 */
export const resumedFrom = z.object({
  kind: checkpointKind,
  step: z.number().int(),
  reason: z.enum(['damaged', 'missing', 'chosen']),
})
export type ResumedFrom = z.infer<typeof resumedFrom>

/** The run whose weights another one began with: which of its checkpoints. It may be gone by now. */
export const runParent = z.object({ runId, name: z.string(), kind: checkpointKind, step: z.number().int() })
export type RunParent = z.infer<typeof runParent>

/** What a new run begins with instead of random weights. */
export const runOrigin = z.object({ runId, checkpoint: checkpointKind })
export type RunOrigin = z.infer<typeof runOrigin>

/** What a text comes to with a tokenizer that was made for another one. */
export const tokenizerFit = z.object({
  /** Exact, but for BPE on a long text, of which the beginning is tokenized. */
  tokens: z.number().int(),
  characters: z.number().int(),
  /** Characters that its vocabulary lacks: they are lost. BPE of bytes knows all. */
  unknown: z.number().int(),
  /** Some of them, the most frequent first. */
  examples: z.array(z.string()),
})
export type TokenizerFit = z.infer<typeof tokenizerFit>

/** More steps for a run that was over: at `fromStep` a new schedule begins, which ends at `toStep`. */
export const extension = z.object({ fromStep: z.number().int(), toStep: z.number().int() })
export type Extension = z.infer<typeof extension>

export const runRecord = z.object({
  runId,
  name: z.string(),
  state: runState,
  /** Of a run that is queued or running: how somebody asked it to end. */
  wish: runWish.nullable(),
  model: modelKind,
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

export const tierChange = z.object({
  step: z.number().int(),
  tier,
  precision,
  /** What the choice was made from; empty where there was none. */
  timings: z.array(stepTiming),
})
export type TierChange = z.infer<typeof tierChange>

/** A run that went off course, or ran out of memory, at `step` went on from `toStep`. */
export const rollback = z.object({
  step: z.number().int(),
  toStep: z.number().int(),
  /** Of the configured learning rate, from then on. */
  learningRateFactor: z.number(),
  /** Memory ran out: parts of a step from then on. null: the loss went off course. */
  accumulation: z.number().int().nullable(),
})
export type Rollback = z.infer<typeof rollback>

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

// ---- queue ----
/** Runs that wait for the one that trains here, in the order in which they start. */
export const queueState = z.object({
  /** Nothing new starts until a person resumes the queue. */
  paused: z.boolean(),
  /** `startsAt`: as far as can be told; null where it can't. */
  entries: z.array(z.object({ runId, startsAt: timestamp.nullable() })),
})
export type QueueState = z.infer<typeof queueState>

// ---- curves ----
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

// ---- talk ----
const range = (limit: { min: number; max: number }) => z.number().min(limit.min).max(limit.max)
export const sampling = z.object({
  temperature: range(samplingLimits.temperature),
  topK: range(samplingLimits.topK).int(),
  topP: range(samplingLimits.topP),
  maxTokens: range(samplingLimits.maxTokens).int(),
  /** null: a fresh one each time, reported back. */
  seed: z.number().int().min(0).max(2_147_483_647).nullable(),
  stop: z.array(z.string().min(1).max(100)).max(8),
})
export type Sampling = z.infer<typeof sampling>

export const messageRole = z.enum(['person', 'model'])
export const endReason = z.enum(['length', 'stop', 'endOfText', 'cancelled', 'failed'])

export const messageRecord = z.object({
  messageId,
  role: messageRole,
  text: z.string(),
  at: timestamp,
  /** All that stand in its place, by id, the oldest first; itself among them unless it broke off with nothing written. */
  versions: z.array(messageId),
  /** Of the model's messages only, from here on. */
  runId: runId.nullable(),
  /** Name of its model, also of one that was deleted; null where nobody knows it any more. */
  model: z.string().nullable(),
  checkpoint: checkpointKind.nullable(),
  step: z.number().int().nullable(),
  seed: z.number().int().nullable(),
  tokens: z.number().int().nullable(),
  tokensPerSecond: z.number().nullable(),
  endReason: endReason.nullable(),
})
export type MessageRecord = z.infer<typeof messageRecord>

export const conversationRecord = z.object({
  conversationId,
  title: z.string(),
  /** null once its model was deleted for good. */
  runId: runId.nullable(),
  /** Name of its model where that is in the trash or gone; empty where nobody knows the name any more. */
  deletedModel: z.string().nullable(),
  /** The text that its model was trained on; null once the model was deleted for good. */
  corpusId: corpusId.nullable(),
  updatedAt: timestamp,
  messages: z.number().int(),
})
export type ConversationRecord = z.infer<typeof conversationRecord>

/** What a model would be given of a page, by its own tokenizer. */
export const reading = z.object({
  tokens: z.number().int(),
  /** The most of them that it reads, the last ones: its context length; null: as many as there are. */
  limit: z.number().int().nullable(),
  /** UTF-16 code units at the beginning of the page that it does not read. */
  unread: z.number().int(),
})
export type Reading = z.infer<typeof reading>

/** An answer that is being written, as far as windows have been told of it. */
export const generation = z.object({
  generationId,
  conversationId,
  messageId,
  startedAt: timestamp,
  text: z.string(),
  tokens: z.number().int(),
  /** Somebody has asked it to stop. */
  stopping: z.boolean(),
  /** Of the last event that this text holds. */
  seq: z.number().int(),
})
export type Generation = z.infer<typeof generation>

// ---- trash ----
export const trashKind = z.enum(['corpus', 'run', 'conversation'])
export type TrashKind = z.infer<typeof trashKind>

export const trashItem = z.object({
  kind: trashKind,
  id,
  /** Empty for a conversation that has no title. */
  name: z.string(),
  deletedAt: timestamp,
  /** When it is removed by itself. */
  goesAt: timestamp,
  /** What removing it frees: what a run shares with its text is freed with the last of them. */
  sizeBytes: z.number().int(),
})
export type TrashItem = z.infer<typeof trashItem>

export const trashContents = z.object({
  items: z.array(trashItem),
  /** What emptying it frees. */
  sizeBytes: z.number().int(),
})
export type TrashContents = z.infer<typeof trashContents>

// ---- settings ----
export const settings = z.object({
  locale: z.enum(['system', 'en', 'zh-CN']),
  theme: z.enum(['system', 'light', 'dark']),
  expert: z.boolean(),
  smoothing: z.number().min(0).max(0.99),
  /** What runs use whose own setting is `auto`. */
  engine: engineWish,
  /** After the training under way nothing new starts. */
  queuePaused: z.boolean(),
  /** What closing the window does while something trains: asks, lets it train without a window, or saves and ends. */
  closing: z.enum(['ask', 'keep', 'save']),
  /** Whether the end of a training is announced. */
  notify: z.boolean(),
})
export type Settings = z.infer<typeof settings>
export const defaultSettings: Settings = {
  locale: 'system',
  theme: 'system',
  expert: false,
  smoothing: 0.6,
  engine: 'auto',
  queuePaused: false,
  closing: 'ask',
  notify: true,
}
