/** The range of each hyperparameter: the form, the command line and the backend validate with this one table. */

export type FieldGroup = 'model' | 'tokenizer' | 'training' | 'optimizer' | 'reporting'
/** Units are named here and put into words in src-renderer/text. */
export type FieldUnit =
  | 'none'
  | 'layers'
  | 'heads'
  | 'numbers'
  | 'tokens'
  | 'steps'
  | 'batches'
  | 'minutes'
  | 'share'
  | 'examples'
  | 'parts'
  | 'evaluations'

export type ModelKind = 'gpt' | 'lstm' | 'llama'

export interface NumberLimit {
  readonly kind: 'number'
  readonly group: FieldGroup
  readonly unit: FieldUnit
  readonly min: number
  readonly max: number
  readonly integer: boolean
  /** What an up-arrow in the form adds. */
  readonly step: number
  readonly default: number
  /** The field only matters to these kinds of model. */
  readonly only?: readonly ModelKind[]
}

export interface ChoiceLimit<T extends string = string> {
  readonly kind: 'choice'
  readonly group: FieldGroup
  readonly options: readonly T[]
  readonly default: T
  readonly only?: readonly ModelKind[]
}

export interface TextLimit {
  readonly kind: 'text'
  readonly group: FieldGroup
  readonly maxLength: number
  readonly default: string
}

export type FieldLimit = NumberLimit | ChoiceLimit | TextLimit

const number = (
  group: FieldGroup,
  unit: FieldUnit,
  min: number,
  max: number,
  step: number,
  fallback: number,
  extra: { integer?: false; only?: readonly ModelKind[] } = {},
): NumberLimit => ({
  kind: 'number',
  group,
  unit,
  min,
  max,
  step,
  default: fallback,
  integer: extra.integer ?? true,
  ...(extra.only ? { only: extra.only } : {}),
})

const choice = <const T extends string>(
  group: FieldGroup,
  options: readonly [T, ...T[]],
  extra: { only?: readonly ModelKind[] } = {},
): ChoiceLimit<T> => ({
  kind: 'choice',
  group,
  options,
  default: options[0],
  ...extra,
})

export const runLimits = {
  model: choice('model', ['gpt', 'lstm', 'llama']),
  nLayer: number('model', 'layers', 1, 48, 1, 4),
  /** Not of an LSTM: attention heads; must divide nEmbd. */
  nHead: number('model', 'heads', 1, 32, 1, 4, { only: ['gpt', 'llama'] }),
  /** Width: of the residual stream (GPT), of the embedding and the hidden state (LSTM). */
  nEmbd: number('model', 'numbers', 8, 2048, 8, 128),
  blockSize: number('model', 'tokens', 8, 2048, 8, 64),
  dropout: number('model', 'share', 0, 0.9, 0.05, 0, { integer: false }),

  tokenizer: choice('tokenizer', ['bpe', 'char']),
  /** BPE only: 256 bytes + the end-of-text token + merges. */
  vocabSize: number('tokenizer', 'tokens', 257, 65_536, 1, 512),

  batchSize: number('training', 'examples', 1, 1024, 1, 12),
  /** Parts of a step's examples that are computed one after the other, to need less memory; must divide batchSize. */
  accumulation: number('training', 'parts', 1, 1024, 1, 1),
  /** Not of an LSTM: what a block needs for its gradient is computed anew in the backward pass instead of being kept. */
  activationCheckpointing: choice('training', ['off', 'on'], { only: ['gpt', 'llama'] }),
  maxSteps: number('training', 'steps', 1, 1_000_000, 100, 2000),
  /** Evaluations in a row without a lower validation loss that end the run before maxSteps; 0 turns that off. */
  patience: number('training', 'evaluations', 0, 1000, 1, 0),
  seed: number('training', 'none', 0, 2_147_483_647, 1, 1337),
  engine: choice('training', ['auto', 'cuda', 'tensorflow', 'webgpu', 'wasm']),
  /** How libtensorflow runs the captured step; `auto` starts as a plain graph and moves to XLA when it is compiled. */
  compile: choice('training', ['auto', 'graph', 'xla']),
  /** Of the matrix products in training; weights and sums stay float32. `auto`: a probe on this computer decides. */
  precision: choice('training', ['auto', 'float32', 'bfloat16']),

  /** `muon`: hidden matrices by Muon, everything else by AdamW. */
  optimizer: choice('optimizer', ['adamw', 'muon']),
  learningRate: number('optimizer', 'none', 1e-6, 1, 1e-4, 1e-3, { integer: false }),
  minLearningRate: number('optimizer', 'none', 0, 1, 1e-4, 1e-4, { integer: false }),
  /** Muon only: of the hidden matrices; follows the same schedule. */
  matrixLearningRate: number('optimizer', 'none', 1e-5, 1, 1e-3, 0.02, { integer: false }),
  warmupSteps: number('optimizer', 'steps', 0, 100_000, 10, 100),
  beta1: number('optimizer', 'none', 0, 0.9999, 0.01, 0.9, { integer: false }),
  beta2: number('optimizer', 'none', 0, 0.99999, 0.01, 0.99, { integer: false }),
  epsilon: number('optimizer', 'none', 1e-12, 1e-2, 1e-8, 1e-8, { integer: false }),
  weightDecay: number('optimizer', 'none', 0, 1, 0.01, 0.1, { integer: false }),
  /** Global gradient norm; 0 turns clipping off. */
  gradClip: number('optimizer', 'none', 0, 100, 0.1, 1, { integer: false }),

  evalInterval: number('reporting', 'steps', 1, 100_000, 10, 250),
  /** Validation batches an evaluation looks at; 0 means all of the validation text. */
  evalBatches: number('reporting', 'batches', 0, 10_000, 10, 20),
  logInterval: number('reporting', 'steps', 1, 1000, 1, 10),
  sampleInterval: number('reporting', 'steps', 0, 100_000, 50, 250),
  samplePrompt: { kind: 'text', group: 'reporting', maxLength: 2000, default: '' },
  checkpointMinutes: number('reporting', 'minutes', 0.1, 600, 1, 5, { integer: false }),
} as const satisfies Record<string, FieldLimit>

export type RunField = keyof typeof runLimits
export const runFields = Object.keys(runLimits) as RunField[]

/** Whether a field matters to a kind of model. */
export const fieldApplies = (field: RunField, model: ModelKind): boolean => {
  const limit: FieldLimit = runLimits[field]
  return !('only' in limit) || limit.only.includes(model)
}

/**
 * What the width of a kind of model is a multiple of, and a head's share of it: a quantised file has blocks of 32 numbers, and
 * rotary positions turn the numbers of a head in pairs.
 */
export const widthRules: Readonly<Record<ModelKind, { readonly step: number; readonly headStep: number }>> = {
  gpt: { step: 8, headStep: 1 },
  lstm: { step: 8, headStep: 1 },
  llama: { step: 32, headStep: 2 },
}

/** Whether its layers are made of attention, with heads to divide the width among. */
export const hasAttention = (model: ModelKind): boolean => fieldApplies('nHead', model)

/** What weights are made for: a run that begins with another one's has these from there. */
export const inheritedFields: readonly RunField[] = runFields.filter(
  (field) => field !== 'dropout' && ['model', 'tokenizer'].includes(runLimits[field].group),
)

/** Kinds of model that only earlier versions could compute, and what takes their place in new runs. */
export const earlierModels = { modern: 'llama' } as const satisfies Record<string, ModelKind>
export type EarlierModel = keyof typeof earlierModels

export const isEarlierModel = (model: string): model is EarlierModel => model in earlierModels

/**
 * A config as an earlier version may have stored it, as this one has it: fields that came later have their defaults, those that
 * are gone are left out, and a kind of model that is gone is what takes its place.
 */
export function withDefaults(stored: Readonly<Record<string, unknown>>): object {
  const { model } = stored
  const now = typeof model === 'string' && isEarlierModel(model) ? { ...stored, model: earlierModels[model] } : stored
  return Object.fromEntries(runFields.map((field) => [field, now[field] ?? runLimits[field].default]))
}

/** What a person writes at once, in UTF-16 code units. */
export const maxPromptLength = 100_000

export const samplingLimits = {
  temperature: { min: 0, max: 3, step: 0.05, default: 0.8 },
  /** 0 turns the filter off. */
  topK: { min: 0, max: 1000, step: 1, default: 40 },
  topP: { min: 0.01, max: 1, step: 0.01, default: 1 },
  maxTokens: { min: 1, max: 8192, step: 1, default: 200 },
} as const

export const corpusLimits = {
  maxFiles: 10_000,
  maxFileBytes: 4 * 1024 ** 3,
  maxPreviewCharacters: 20_000,
  /** What a dialog shows first. What a file is, its content decides. */
  usualExtensions: [
    'txt',
    'md',
    'text',
    'markdown',
    'rst',
    'tex',
    'csv',
    'tsv',
    'json',
    'jsonl',
    'log',
    'srt',
    'vtt',
    'html',
    'xml',
  ],
} as const

/** The prediction of a training's memory may be too low by that share (docs/log/046): above it the form warns. */
export const memoryMargin = 1.15

/** How long a person who ends a run or an answer waits for the step or the token under way, milliseconds. */
export const stopWithinMs = 10_000

export const nameMaxLength = 120
/** Points of a curve that a screen asks for: four a pixel column hide nothing. */
export const maxCurvePoints = 4000
export const broadcastsPerSecond = 10
