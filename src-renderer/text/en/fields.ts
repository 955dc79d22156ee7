import type { FieldGroup, FieldUnit, RunField } from '../../../src-preload/contract/limits'

export type FieldText = {
  readonly label: string
  /** What it does and when to change it. */
  readonly help: string
}

const group: Record<FieldGroup, FieldText> = {
  model: { label: 'Model', help: 'How the network is built: how much it can hold and how far it looks back.' },
  tokenizer: { label: 'Vocabulary', help: 'How text is cut into the pieces that the model reads and writes.' },
  training: { label: 'Training', help: 'How much it practises, on what, and where it is computed.' },
  optimizer: { label: 'Learning', help: 'How boldly the model is corrected after each step.' },
  reporting: { label: 'Reporting and saving', help: 'How often it is tested, shown and saved.' },
}

/** One and many, by the value before it. */
const unit: Record<FieldUnit, string> = {
  none: '',
  layers: 'layer | layers',
  heads: 'head | heads',
  numbers: 'number | numbers',
  tokens: 'piece of text | pieces of text',
  pieces: 'piece | pieces',
  steps: 'step | steps',
  batches: 'batch | batches',
  parts: 'part | parts',
  minutes: 'minute | minutes',
  share: 'share, 0 to 1',
  examples: 'example | examples',
  evaluations: 'test | tests',
}

const field: Record<RunField, FieldText> = {
  model: {
    label: 'Kind of model',
    help: 'Modern GPT looks at the whole reading window at once and learns most from each step. GPT-2 is its model of 2019, part for part. LSTM reads piece by piece and keeps a running memory: older, smaller, simple to follow.',
  },
  nLayer: {
    label: 'Layers',
    help: 'How many processing stages follow each other. More can learn more, and take longer.',
  },
  nHead: {
    label: 'Attention heads',
    help: 'How many different things a layer can look for at the same time. Must divide the width.',
  },
  nEmbd: {
    label: 'Width',
    help: 'How many numbers describe each piece of text inside the model. Doubling it takes about four times the work.',
  },
  blockSize: {
    label: 'Reading window',
    help: 'How many pieces of text the model sees at once. It cannot remember anything further back.',
  },
  dropout: {
    label: 'Dropout',
    help: 'The share of the network that is switched off at random while training. Helps against learning short texts by heart.',
  },
  positions: {
    label: 'Places in the text',
    help: 'How the model knows where a piece stands. Turned: by the distance of two pieces, which it learns from faster. Learned: a table of places, as in GPT-2.',
  },
  norm: {
    label: 'Levelling',
    help: 'How the numbers inside are kept at one size. By size alone is simpler and as good; by mean and size is what GPT-2 does.',
  },
  queryKeyNorm: {
    label: 'Levelled attention',
    help: 'Keeps what the model looks for at one size, so that the start stays calm with large corrections.',
  },
  activation: {
    label: 'Switches inside',
    help: 'What a stage does with a number: squared ReLU drops more and learns faster, GELU is what GPT-2 has.',
  },
  projectionStart: {
    label: 'Start of the stages',
    help: 'From zero, a stage adds nothing until it has learned something. Small random numbers are what GPT-2 starts from.',
  },
  tokenizer: {
    label: 'Kind of pieces',
    help: 'Frequent letter groups (BPE) make the text shorter for the model. Single characters suit very small texts.',
  },
  vocabSize: {
    label: 'Vocabulary',
    help: 'How many different pieces there are. Only used with letter groups; a short text cannot fill a large vocabulary.',
  },
  batchSize: {
    label: 'Examples a step',
    help: 'How many passages the model learns from before each correction. More is steadier, and needs more memory.',
  },
  accumulation: {
    label: 'Parts of a step',
    help: 'In how many parts the examples of a step are computed, one after the other. More parts need less memory and learn the same; each step takes a little longer.',
  },
  activationCheckpointing: {
    label: 'Compute again, not keep',
    help: 'Keeps only what goes into each stage and computes its inside again where it is needed: the same learning in much less memory, each step a fifth to a half longer.',
  },
  maxSteps: {
    label: 'Training steps',
    help: 'How many corrections are made in all. More takes longer and learns more, until it knows the text by heart.',
  },
  patience: {
    label: 'Ends early after',
    help: 'The training ends when this many tests in a row bring nothing better on unseen text; its best state is kept. Saves time once it only learns its text by heart. 0 means never.',
  },
  seed: {
    label: 'Random start',
    help: 'The same number with the same settings gives the same training again. Change it to get another try.',
  },
  engine: {
    label: 'Engine',
    help: 'What computes the training. Automatic takes what is chosen in Settings, which is the fastest one that works here unless another is named.',
  },
  compile: {
    label: 'Compiling',
    help: 'Compiled steps (XLA) are faster after a short wait. Automatic starts at once and changes over when the compiled step is ready.',
  },
  precision: {
    label: 'Precision of products',
    help: '16-bit products are faster on newer processors and learn the same to within a thousandth; weights stay in 32 bit. Automatic measures both on this computer.',
  },
  optimizer: {
    label: 'Optimizer',
    help: 'The rule that turns errors into corrections. Muon corrects whole matrices evenly and learns more from each step; each step takes longer.',
  },
  learningRate: {
    label: 'Learning rate',
    help: 'How large each correction is. Too high and the loss jumps or explodes; too low and nothing happens.',
  },
  minLearningRate: {
    label: 'Final learning rate',
    help: 'The corrections become smaller along a smooth curve and end with this size.',
  },
  matrixLearningRate: {
    label: 'Learning rate of the matrices',
    help: 'Only with Muon: how large the corrections of the inner matrices are. It grows and shrinks together with the learning rate.',
  },
  warmupSteps: {
    label: 'Warm-up',
    help: 'During these first steps the learning rate grows from zero, so that the start is calm.',
  },
  beta1: {
    label: 'Momentum (beta 1)',
    help: 'How much of the earlier direction is kept at each step. Rarely needs changing.',
  },
  beta2: {
    label: 'Scale memory (beta 2)',
    help: 'How slowly the usual size of corrections is remembered. Rarely needs changing.',
  },
  epsilon: { label: 'Epsilon', help: 'A tiny number that avoids dividing by zero. Rarely needs changing.' },
  weightDecay: {
    label: 'Weight decay',
    help: 'Pulls weights gently towards zero, which keeps the model from relying on a few large ones.',
  },
  gradClip: {
    label: 'Gradient limit',
    help: 'Corrections longer than this are shortened, so that one odd passage cannot throw the model off. 0 means no limit.',
  },
  evalInterval: {
    label: 'Test every',
    help: 'After this many steps the model is tested on text it has never trained on.',
  },
  evalBatches: { label: 'Test size', help: 'How many batches a test looks at. 0 means all of the text kept aside.' },
  logInterval: { label: 'Plot every', help: 'A point is added to the curves after this many steps.' },
  sampleInterval: {
    label: 'Writing sample every',
    help: 'After this many steps the model writes a short sample. 0 means never.',
  },
  samplePrompt: {
    label: 'Beginning of the samples',
    help: 'The samples continue this text. Empty: the model begins freely.',
  },
  checkpointMinutes: {
    label: 'Save every',
    help: 'The training is saved this often. After a power cut at most this much is lost.',
  },
}

const option = {
  model: { gpt: 'GPT-2', lstm: 'LSTM', modern: 'Modern GPT' },
  positions: { rotary: 'Turned (rotary)', learned: 'Learned' },
  norm: { rms: 'By size (RMSNorm)', layer: 'By mean and size (LayerNorm)' },
  queryKeyNorm: { on: 'On', off: 'Off' },
  activationCheckpointing: { off: 'Off', on: 'On' },
  activation: { relu2: 'Squared ReLU', gelu: 'GELU' },
  projectionStart: { zero: 'Zero', small: 'Small numbers' },
  tokenizer: { bpe: 'Letter groups (BPE)', char: 'Single characters' },
  optimizer: { adamw: 'AdamW', muon: 'Muon and AdamW' },
  engine: {
    auto: 'Automatic',
    cuda: 'TensorFlow on the graphics card',
    tensorflow: 'TensorFlow',
    webgpu: 'Graphics card (WebGPU)',
    wasm: 'Built-in (WASM)',
  },
  compile: { auto: 'Automatic', graph: 'Not compiled', xla: 'Compiled (XLA)' },
  precision: { auto: 'Automatic', float32: '32 bit', bfloat16: '16 bit (bfloat16)' },
}

export const fields = { group, unit, field, option }
