import { inheritedFields, withDefaults, type ModelKind } from '../../src-preload/contract/limits'
import type { CorpusCounts } from '../../src-preload/contract/records/corpora'
import type { PlanBase } from '../../src-preload/contract/records/plan'
import {
  lengthDial,
  sizeDial,
  type LengthDial,
  type RunChoice,
  type RunConfig,
  type SizeDial,
} from '../../src-preload/contract/records/run-config'
import { estimateTokens, trainShare } from './facts'
import { defaultTokenizer, defaultVocabSize } from './vocabulary'

interface Shape {
  readonly nLayer: number
  readonly nHead: number
  readonly nEmbd: number
  readonly blockSize: number
  readonly batchSize: number
}

// 1. Size. `tiny` is nanoGPT's CPU recipe (README, "I only have a macbook"), `medium` its config/train_shakespeare_char
//    with half the batch; between and above them width grows with depth (Kaplan et al. 2020, section 3.1: the ratio
//    matters little in a wide range).
const gptShapes: Readonly<Record<SizeDial, Shape>> = {
  tiny: { nLayer: 4, nHead: 4, nEmbd: 128, blockSize: 64, batchSize: 12 },
  small: { nLayer: 6, nHead: 6, nEmbd: 192, blockSize: 128, batchSize: 16 },
  medium: { nLayer: 6, nHead: 6, nEmbd: 384, blockSize: 256, batchSize: 32 },
  large: { nLayer: 8, nHead: 8, nEmbd: 512, blockSize: 256, batchSize: 32 },
}
//    The classic word-level recipe: two layers of 128, batch 64, sequence 64; larger dials widen it only, because
//    deeper LSTMs gain little (Jozefowicz et al. 2016, section 5).
const lstmShapes: Readonly<Record<SizeDial, Shape>> = {
  tiny: { nLayer: 2, nHead: 1, nEmbd: 128, blockSize: 64, batchSize: 64 },
  small: { nLayer: 2, nHead: 1, nEmbd: 256, blockSize: 64, batchSize: 64 },
  medium: { nLayer: 2, nHead: 1, nEmbd: 512, blockSize: 64, batchSize: 64 },
  large: { nLayer: 2, nHead: 1, nEmbd: 1024, blockSize: 128, batchSize: 64 },
}

// 2. Length: passes over the text, within a range of steps. The LSTM's ten passes are the classic recipe. A GPT on a
//    small text wants more steps than that before it spells (nanoGPT: 2,000 on a CPU, 5,000 on a GPU); `quick` is bounded
//    so that the sample text is learned within two minutes on two cores (45 ms a step). Llama learns more from each
//    step: half the passes leave it ahead of GPT-2 (docs/log/016).
interface Length {
  readonly epochs: number
  readonly minSteps: number
  readonly maxSteps: number
}
type Lengths = Readonly<Record<LengthDial, Length>>
const gptLengths: Lengths = {
  quick: { epochs: 15, minSteps: 300, maxSteps: 1000 },
  normal: { epochs: 30, minSteps: 1000, maxSteps: 5000 },
  long: { epochs: 60, minSteps: 3000, maxSteps: 50_000 },
}
const llamaLengths: Lengths = {
  quick: { epochs: 8, minSteps: 200, maxSteps: 500 },
  normal: { epochs: 16, minSteps: 500, maxSteps: 5000 },
  long: { epochs: 40, minSteps: 2000, maxSteps: 50_000 },
}
const lstmLengths: Lengths = {
  quick: { epochs: 4, minSteps: 100, maxSteps: 500 },
  normal: { epochs: 10, minSteps: 100, maxSteps: 50_000 },
  long: { epochs: 30, minSteps: 300, maxSteps: 200_000 },
}

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value))
/** A number that people read: two digits that count. */
const round = (value: number): number => {
  const unit = Math.max(1, 10 ** (Math.floor(Math.log10(Math.max(1, value))) - 1))
  return Math.max(1, Math.round(value / unit) * unit)
}

// 3. Learning rate. GPT: 6e-4 at 768 (nanoGPT), in inverse proportion to the width (Yang et al. 2022, muP), 3e-3 at most:
//    at width 128 that learned the sample text much faster than nanoGPT's 1e-3 (docs/log/016). It falls to a tenth
//    (Hoffmann et al. 2022, appendix B), after nanoGPT's 100 warm-up steps.
//    LSTM: Adam at a constant 1e-3.
function gptLearning(nEmbd: number): Partial<RunConfig> {
  const learningRate = twoDigits(Math.min(3e-3, (6e-4 * 768) / nEmbd))
  return { learningRate, minLearningRate: twoDigits(learningRate / 10) }
}
//    Llama: Muon for the hidden matrices at one rate for every width, because its corrections have one size (Jordan et
//    al. 2024); AdamW for the rest, with the root of the width (nanochat). At width 128 both were tried (docs/log/016).
function llamaLearning(nEmbd: number): Partial<RunConfig> {
  const learningRate = twoDigits(8e-3 * Math.sqrt(128 / nEmbd))
  const minLearningRate = twoDigits(learningRate / 50)
  return { optimizer: 'muon', matrixLearningRate: 0.03, learningRate, minLearningRate }
}
/** Without the binary dust of a division: these numbers stand in the form. */
const twoDigits = (value: number): number => Number(value.toPrecision(2))

// 4. Dropout: none while each part of the text is seen a few times; a model that reads a small text often learns it by
//    heart otherwise (nanoGPT: 0 on a CPU for 1.5 passes, 0.2 on a GPU for 80).
function gptDropout(epochs: number): number {
  if (epochs > 25) return 0.2
  return epochs > 10 ? 0.1 : 0
}

/** What is suggested for a kind of model. */
interface Recipe {
  readonly shapes: Readonly<Record<SizeDial, Shape>>
  readonly lengths: Lengths
  /** @param epochs passes over the text */
  readonly optimizer: (nEmbd: number, maxSteps: number, epochs: number) => Partial<RunConfig>
}

const likeGpt =
  (learning: (nEmbd: number) => Partial<RunConfig>): Recipe['optimizer'] =>
  (nEmbd, maxSteps, epochs) => ({
    ...learning(nEmbd),
    warmupSteps: Math.min(100, Math.floor(maxSteps / 10)),
    weightDecay: 0.1,
    dropout: gptDropout(epochs),
  })

const lstmOptimizer: Partial<RunConfig> = {
  ...{ learningRate: 1e-3, minLearningRate: 1e-3, warmupSteps: 0, beta2: 0.999, weightDecay: 0, dropout: 0 },
}

const recipes: Readonly<Record<ModelKind, Recipe>> = {
  gpt: { shapes: gptShapes, lengths: gptLengths, optimizer: likeGpt(gptLearning) },
  llama: { shapes: gptShapes, lengths: llamaLengths, optimizer: likeGpt(llamaLearning) },
  lstm: { shapes: lstmShapes, lengths: lstmLengths, optimizer: () => lstmOptimizer },
}

/** The largest window, by halves, that fits twice into the validation text: one window and the token after it. */
function fittingBlockSize(wish: number, valTokens: number): number {
  let blockSize = wish
  while (blockSize > 8 && blockSize * 2 + 1 > valTokens) blockSize /= 2
  return blockSize
}

/**
 * 5. Reporting: about twenty evaluations a run, every second with a sample, five at least in a very short one; a log line
 *    each step where there are few.
 */
function reportingFor(maxSteps: number) {
  const evalInterval = round(clamp(maxSteps / 20, Math.min(10, maxSteps / 5), 1000))
  const logInterval = maxSteps < 20 ? 1 : maxSteps <= 500 ? 2 : 10
  return { evalInterval, sampleInterval: 2 * evalInterval, logInterval }
}

/**
 * Everything that decides a run, from three dials and what the text is. A pure function: the form calls it as you type.
 * @param maxSteps what a person asks for instead of the dial's length: what is counted in steps follows it
 */
export function configFor(
  { model, size, length }: RunChoice,
  counts: CorpusCounts,
  { maxSteps: wished }: Pick<Partial<RunConfig>, 'maxSteps'> = {},
): RunConfig {
  const { shapes, lengths, optimizer } = recipes[model]
  const shape = shapes[size]
  const tokenizer = defaultTokenizer(counts)
  const vocabSize = clamp(defaultVocabSize(counts), 257, Math.max(257, counts.maxVocabSize))
  const base = withDefaults({ ...shape, model, tokenizer, vocabSize }) as RunConfig

  const tokens = estimateTokens(base, counts)
  const trainTokens = Math.max(1, Math.floor(tokens * trainShare))
  const blockSize = fittingBlockSize(shape.blockSize, tokens - trainTokens)

  const { epochs: wish, minSteps, maxSteps: most } = lengths[length]
  const tokensPerStep = shape.batchSize * blockSize
  const suggestedSteps = round(clamp((wish * trainTokens) / tokensPerStep, minSteps, most))
  const epochs = (suggestedSteps * tokensPerStep) / trainTokens
  const maxSteps = wished ?? suggestedSteps

  const reporting = {
    ...reportingFor(maxSteps),
    // A quarter of the run: one bad test is chance, five in a row are not (Prechelt 1998, "Early stopping - but when?").
    patience: 5,
    // Each minute while that is cheap.
    checkpointMinutes: size === 'tiny' || size === 'small' ? 1 : 5,
  }

  return { ...base, blockSize, maxSteps, ...optimizer(shape.nEmbd, maxSteps, epochs), ...reporting }
}

/** The element with the smallest distance. */
const nearest = <T>([first, ...rest]: readonly [T, ...T[]], distance: (of: T) => number): T =>
  rest.reduce((best, one) => (distance(one) < distance(best) ? one : best), first)

/**
 * The dials that come nearest to these settings.
 * @param counts of the run's text; null: nobody knows it any more, and any length may have been chosen
 */
export function recipeOf(config: RunConfig, counts: CorpusCounts | null): RunChoice {
  const { model, nLayer, nEmbd, maxSteps } = config
  const { shapes } = recipes[model]
  // Weights of the layers, roughly: what the dial is about.
  const weights = (of: Pick<Shape, 'nLayer' | 'nEmbd'>): number => Math.log(of.nLayer * of.nEmbd ** 2)
  const size = nearest(sizeDial.options as [SizeDial, ...SizeDial[]], (one) =>
    Math.abs(weights(shapes[one]) - weights({ nLayer, nEmbd })),
  )
  if (counts === null) return { model, size, length: 'normal' }
  const length = nearest(lengthDial.options as [LengthDial, ...LengthDial[]], (one) =>
    Math.abs(Math.log(configFor({ model, size, length: one }, counts).maxSteps / maxSteps)),
  )
  return { model, size, length }
}

/**
 * A run's settings with another choice: only what the dials set differently changes, so that the same choice changes
 * nothing.
 * @param asked as in `configFor`: what is counted in steps follows it
 */
export function configAfter(
  { config, choice }: PlanBase,
  wanted: RunChoice,
  counts: CorpusCounts,
  asked: Pick<Partial<RunConfig>, 'maxSteps'> = {},
): RunConfig {
  const before = configFor(choice, counts)
  const after = configFor(wanted, counts, asked)
  const changes = (Object.keys(after) as (keyof RunConfig)[]).filter((field) => after[field] !== before[field])
  return { ...config, ...Object.fromEntries(changes.map((field) => [field, after[field]])) }
}

/**
 * Of the parent's learning rate. A model that goes on from a low final rate is warmed up again, to less than at first: it
 * forgets less of what it knows (Ibrahim et al. 2024, "Simple and Scalable Strategies to Continually Pre-train").
 */
const continuedRate = 0.3

/** A run that goes on from another one's weights: its settings, but for the schedule, which is for the new text. */
export function configContinuing(
  parent: RunConfig,
  choice: RunChoice,
  counts: CorpusCounts,
  asked: Pick<Partial<RunConfig>, 'maxSteps'> = {},
): RunConfig {
  const own = configFor(choice, counts, asked)
  const { maxSteps, warmupSteps, dropout, patience, evalInterval, sampleInterval, logInterval } = own
  const lowered = (rate: number): number => twoDigits(rate * continuedRate)
  return {
    ...parent,
    ...{ maxSteps, warmupSteps, dropout, patience, evalInterval, sampleInterval, logInterval },
    learningRate: lowered(parent.learningRate),
    minLearningRate: lowered(parent.minLearningRate),
    matrixLearningRate: lowered(parent.matrixLearningRate),
  }
}

/** The same with what the weights are made for as the parent has it. */
export const withInherited = (config: RunConfig, parent: RunConfig): RunConfig => ({
  ...config,
  ...Object.fromEntries(inheritedFields.map((field) => [field, parent[field]])),
})
