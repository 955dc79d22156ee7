import type { FieldGroup, FieldUnit, RunField } from '../../../src-preload/contract/limits'

export type FieldText = {
  readonly label: string
  /** What it does and when to change it. */
  readonly help: string
}

const group: Record<FieldGroup, FieldText> = {
  model: { label: 'Model', help: 'How the network is built: how much it can learn and how far back it reads.' },
  tokenizer: { label: 'Tokenizer', help: 'How text is split into tokens.' },
  training: { label: 'Training', help: 'How long to train, on how much at once, and where it runs.' },
  optimizer: { label: 'Optimizer', help: 'How much each step changes the model.' },
  reporting: { label: 'Reporting and saving', help: 'How often the model is evaluated, sampled and saved.' },
}

/** One and many, by the value before it. */
const unit: Record<FieldUnit, string> = {
  none: '',
  layers: 'layer | layers',
  heads: 'head | heads',
  numbers: 'number | numbers',
  tokens: 'token | tokens',
  steps: 'step | steps',
  batches: 'batch | batches',
  parts: 'micro-batch | micro-batches',
  minutes: 'minute | minutes',
  share: 'share, 0 to 1',
  examples: 'example | examples',
  evaluations: 'evaluation | evaluations',
}

const field: Record<RunField, FieldText> = {
  model: {
    label: 'Architecture',
    help: 'Llama reads the whole context at once, learns most from each step, and is what other programs open. GPT-2 is the model from 2019. LSTM reads token by token with a running memory: older, smaller and easier to follow.',
  },
  nLayer: {
    label: 'Layers',
    help: 'How many processing layers the model has. More layers can learn more and take longer.',
  },
  nHead: {
    label: 'Attention heads',
    help: 'How many different things each layer can look for at once. The width must be divisible by it.',
  },
  nEmbd: {
    label: 'Width',
    help: 'How many numbers represent each token inside the model. Doubling it takes about four times the work.',
  },
  blockSize: {
    label: 'Context length',
    help: 'How many tokens the model reads at once. It can’t use anything further back.',
  },
  dropout: {
    label: 'Dropout',
    help: 'The share of the network that is switched off at random during training. Helps against memorizing short texts.',
  },
  tokenizer: {
    label: 'Tokenizer',
    help: 'BPE joins frequent letter groups into tokens, which makes text shorter. Characters suit very short texts.',
  },
  vocabSize: {
    label: 'Vocabulary size',
    help: 'How many different tokens there are. Only for BPE. Short texts can’t fill a large vocabulary.',
  },
  batchSize: {
    label: 'Batch size',
    help: 'How many passages the model reads in each step. Larger is steadier and needs more memory.',
  },
  accumulation: {
    label: 'Gradient accumulation',
    help: 'Splits each batch into this many micro-batches, one after the other. Needs less memory, learns the same, and is slightly slower. Must divide the batch size.',
  },
  activationCheckpointing: {
    label: 'Activation checkpointing',
    help: 'Recomputes values in the backward pass instead of storing them. Learns the same with much less memory, but each step takes a fifth to a half longer.',
  },
  maxSteps: {
    label: 'Training steps',
    help: 'How many steps to train. More steps learn more, until the model only memorizes the text.',
  },
  patience: {
    label: 'Early stopping',
    help: 'Stops training after this many evaluations in a row without a lower validation loss. The best version is saved. 0 turns it off.',
  },
  seed: {
    label: 'Random seed',
    help: 'The same seed, settings and text repeat a training exactly on this computer. Change it for a different one.',
  },
  engine: {
    label: 'Engine',
    help: 'What does the computing. Automatic uses the engine from Settings.',
  },
  compile: {
    label: 'Compilation',
    help: 'XLA makes steps faster after a short wait. Automatic starts right away and switches when compilation is done.',
  },
  precision: {
    label: 'Precision',
    help: 'bfloat16 multiplies faster on newer processors with almost the same result; weights stay float32. Automatic measures both here.',
  },
  optimizer: {
    label: 'Optimizer',
    help: 'How errors become changes to the model. Muon learns more from each step; each step takes longer.',
  },
  learningRate: {
    label: 'Learning rate',
    help: 'How much each step changes the model. Too high: the loss jumps or explodes. Too low: almost nothing happens.',
  },
  minLearningRate: {
    label: 'Final learning rate',
    help: 'The learning rate falls smoothly to this value at the end of training.',
  },
  matrixLearningRate: {
    label: 'Muon learning rate',
    help: 'The learning rate of the hidden matrices. Only for Muon. It follows the same schedule.',
  },
  warmupSteps: {
    label: 'Warm-up steps',
    help: 'The learning rate rises from zero over these steps, for a stable start.',
  },
  beta1: {
    label: 'Beta 1 (momentum)',
    help: 'How much of the previous direction is kept in each step. Rarely needs changing.',
  },
  beta2: {
    label: 'Beta 2',
    help: 'How slowly the optimizer adapts to the size of the gradients. Rarely needs changing.',
  },
  epsilon: {
    label: 'Epsilon',
    help: 'A tiny number that avoids dividing by zero. Rarely needs changing.',
  },
  weightDecay: {
    label: 'Weight decay',
    help: 'Pulls weights toward zero, so the model doesn’t rely on a few large ones.',
  },
  gradClip: {
    label: 'Gradient clipping',
    help: 'Limits the gradient norm, so one odd passage can’t throw the model off. 0 turns it off.',
  },
  evalInterval: {
    label: 'Evaluate every',
    help: 'How often the model is evaluated on text it has never trained on.',
  },
  evalBatches: {
    label: 'Evaluation batches',
    help: 'How many batches each evaluation uses. 0 uses the whole validation text.',
  },
  logInterval: {
    label: 'Log every',
    help: 'How often a point is added to the curves.',
  },
  sampleInterval: {
    label: 'Sample every',
    help: 'How often the model writes a short sample. 0 turns samples off.',
  },
  samplePrompt: {
    label: 'Sample prompt',
    help: 'Samples continue this text. Leave blank to let the model begin.',
  },
  checkpointMinutes: {
    label: 'Save every',
    help: 'How often progress is saved. A power cut loses at most this much.',
  },
}

const option = {
  model: { gpt: 'GPT-2', lstm: 'LSTM', llama: 'Llama' },
  activationCheckpointing: { off: 'Off', on: 'On' },
  tokenizer: { bpe: 'BPE', char: 'Characters' },
  optimizer: { adamw: 'AdamW', muon: 'Muon and AdamW' },
  engine: {
    auto: 'Automatic',
    cuda: 'TensorFlow on the graphics card',
    tensorflow: 'TensorFlow',
    webgpu: 'Graphics card (WebGPU)',
    wasm: 'Built-in (WASM)',
  },
  compile: { auto: 'Automatic', graph: 'Off (graph)', xla: 'XLA' },
  precision: { auto: 'Automatic', float32: 'float32', bfloat16: 'bfloat16' },
}

export const fields = { group, unit, field, option }
