import * as tf from '@tensorflow/tfjs'
import type { Precision, RunConfig, StepTiming, Tier } from '../../../src-preload/contract/records'
import type { WeightShape } from '../../plan/shapes'
import type { AdamWState } from '../optim/adamw'
import { clipByNorm } from '../optim/clip'
import { optimize, type OptimizerSettings } from '../optim/optimizer'
import { headScores, meanLoss } from './head'
import type { WeightLayout } from './layout'
import type { Forward, ModelOps, TensorData, TensorSource } from './ops'

/** Everything that a training step is made of. */
export interface StepSpec {
  /** In the model's order: the order of `readWeights`. */
  readonly weights: readonly WeightShape[]
  readonly forward: Forward
  readonly batchSize: number
  readonly blockSize: number
  /** Attention scores of one layer and example, which an engine without a kernel for attention holds whole. */
  readonly scoresPerExample: number
  /** Micro-batches that a step's gradient is summed over, one after the other; divides `batchSize`. */
  readonly accumulation: number
  /** Of the dropout masks. */
  readonly seed: number
  readonly optimizer: OptimizerSettings
  /** Global gradient norm; 0 turns clipping off. */
  readonly gradClip: number
}

/** One way to compute the same step; ways differ in the last bits. */
export interface StepMode {
  readonly tier: Tier
  readonly precision: Precision
}

export interface CompileOptions {
  /** `auto` starts as a plain graph and moves to XLA when it is compiled and faster. */
  readonly compile: RunConfig['compile']
  /** Of the matrix products; absent: float32. `auto` starts in float32. */
  readonly precision?: RunConfig['precision']
  /** Steps to come: how much measuring is worth its time. Absent: none. */
  readonly plannedSteps?: number
  /** Equal for runs that are to compute the same bits (plan/same-settings.ts). Absent: equal to nothing. */
  readonly settings?: string
}

/** x: the tokens, y: the next ones; both int32 [B, T], row by row. */
export interface Tokens {
  readonly x: Int32Array
  readonly y: Int32Array
}

export interface StepMetrics {
  /** Mean over the batch, before the step. */
  readonly lossNats: number
  /** Before clipping. */
  readonly gradNorm: number
}

export interface BatchScore {
  /** Sum over the counted tokens. */
  readonly lossNats: number
  /** Tokens whose likeliest guess was right. */
  readonly correct: number
}

/** A compiled training step together with the state that it changes. */
export interface TrainStep {
  /**
   * One optimizer step.
   * @param step from 1: decides bias correction and dropout masks
   * @returns how it was computed
   */
  run(step: number, learningRate: number, batch: Tokens): Promise<StepMode>
  /** Of the ways to compute a step that were tried so far. */
  readonly timings: readonly StepTiming[]
  /** Whether the way stays as it is. */
  readonly settled: boolean
  /** Of the last step. Waits for the device: only at the log interval. */
  readMetrics(): Promise<StepMetrics>
  /** Scores the first `counted` tokens of a batch, dropout off. Deterministic whatever the tier of the training step. */
  evaluate(batch: Tokens, counted: number): Promise<BatchScore>
  readWeights(): Promise<Map<string, TensorData>>
  /** @throws `checkpoint.damaged` when a name is missing or a shape differs; no step may be run then */
  writeWeights(weights: TensorSource): void
  /** `exp_avg.<weight>` and `exp_avg_sq.<weight>`, the names of PyTorch's AdamW state. */
  readOptimizer(): Promise<Map<string, TensorData>>
  writeOptimizer(state: ReadonlyMap<string, TensorData>): void
  /**
   * Gives back the memory of what was read or written, which nobody may use from then on: where the engine left copies on
   * the host, they would pile up until the garbage collector comes.
   */
  release(tensors: ReadonlyMap<string, TensorData>): void
  /** Frees the state. Not while a step or an evaluation is under way. */
  close(): void
}

/** Mean loss in nats, a scalar, and its gradient: float32 [P], for each vector of the layout. */
export interface LossAndGradient {
  readonly loss: tf.Scalar
  readonly gradients: readonly tf.Tensor1D[]
}

/** Forward and backward over as many rows as are given; x, y: int32 [rows, T]. */
type Backward = (
  spec: StepSpec,
  layout: WeightLayout,
  ops: ModelOps,
  flats: readonly tf.Tensor1D[],
  x: tf.Tensor2D,
  y: tf.Tensor2D,
) => LossAndGradient

/** In the parts that the step takes. */
export const lossAndGradient: Backward = (spec, ...rest) =>
  (spec.accumulation === 1 ? atOnce : accumulated)(spec, ...rest)

/** A gradient that is clipped, and float32 [2]: loss in nats, gradient norm before clipping. */
export interface ClippedGradient {
  readonly gradients: readonly tf.Tensor1D[]
  readonly metrics: tf.Tensor1D
}

function clipped(
  { loss, gradients: mean }: LossAndGradient,
  squaredNorm: tf.Scalar,
  { gradClip }: StepSpec,
): ClippedGradient {
  const { gradients, norm } = clipByNorm(mean, squaredNorm, gradClip)
  return { gradients, metrics: tf.stack([loss, norm]).as1D() }
}

const squaredNormOf = ({ gradients }: LossAndGradient, ops: ModelOps): tf.Scalar =>
  sumOf(gradients.map((gradient) => ops.sumOfSquares(gradient)))

const sumOf = (scalars: tf.Scalar[]): tf.Scalar => (scalars.length === 1 ? (scalars[0] as tf.Scalar) : tf.addN(scalars))

/**
 * Forward, backward, clipping.
 * @param flats the weights: float32 [P], for each vector of the layout
 * @param x y int32 [B, T]
 */
export function gradientStep(
  spec: StepSpec,
  layout: WeightLayout,
  ops: ModelOps,
  flats: readonly tf.Tensor1D[],
  x: tf.Tensor2D,
  y: tf.Tensor2D,
): ClippedGradient {
  const mean = lossAndGradient(spec, layout, ops, flats, x, y)
  return clipped(mean, squaredNormOf(mean, ops), spec)
}

const atOnce: Backward = (spec, layout, ops, flats, x, y) => {
  const weights = layout.split(flats)
  const names = [...weights.keys()]
  const lossOf = (...values: tf.Tensor[]): tf.Scalar => {
    const named = new Map(names.map((name, i) => [name, values[i] as tf.Tensor]))
    return meanLoss(spec.forward(named, x, ops), y.flatten(), ops)
  }
  const { value, grads } = tf.valueAndGrads(lossOf)([...weights.values()])
  return { loss: value, gradients: layout.join(new Map(names.map((name, i) => [name, grads[i] as tf.Tensor]))) }
}

/** The same one micro-batch after the other, so that the activations of one stand in memory at a time. */
const accumulated: Backward = (spec, layout, ops, flats, x, y) => {
  const { accumulation } = spec
  const { carry } = ops.scan({
    length: accumulation,
    reverse: false,
    carry: [tf.zeros([1, 1]), ...layout.vectors.map(({ size }) => tf.zeros<tf.Rank.R2>([1, size]))],
    inputs: [x, y],
    constants: flats.map((flat) => flat.expandDims(0)),
    step: ([lossSum, ...gradientSums], [x, y], flats, ops) => {
      const weights = flats.map((flat) => flat.as1D())
      const { loss, gradients } = atOnce(spec, layout, ops, weights, x as tf.Tensor2D, y as tf.Tensor2D)
      const sums = gradientSums.map((sum, i) => sum.add<tf.Tensor2D>((gradients[i] as tf.Tensor1D).expandDims(0)))
      return { carry: [(lossSum as tf.Tensor2D).add(loss), ...sums], outputs: [] }
    },
  })
  const [loss, ...gradients] = carry.map((sum) => sum.mul<tf.Tensor2D>(1 / accumulation))
  return { loss: (loss as tf.Tensor2D).asScalar(), gradients: gradients.map((gradient) => gradient.as1D()) }
}

/** What a step leaves: the new state, the old one where loss or norm is no finite number, and float32 [2]: both of them. */
export interface StepResult {
  /** For each vector of the layout. */
  readonly state: readonly AdamWState[]
  readonly metrics: tf.Tensor1D
}

/**
 * Clipping and optimizer.
 * @param squaredNorm of the gradient
 * @param scalars float32 [5] from `optimizerScalars`
 */
export function updateStep(
  spec: StepSpec,
  layout: WeightLayout,
  ops: ModelOps,
  state: readonly AdamWState[],
  mean: LossAndGradient,
  squaredNorm: tf.Scalar,
  scalars: tf.Tensor1D,
): StepResult {
  const { gradients, metrics } = clipped(mean, squaredNorm, spec)
  // A step that went wrong changes nothing: nobody looks at its loss before the next log line.
  const isGood = tf.isFinite(metrics.sum()).reshape<tf.Tensor1D>([1])
  const optimized = layout.vectors.map((vector, i) => {
    const [old, gradient] = [state[i] as AdamWState, gradients[i] as tf.Tensor1D]
    return optimize(old, gradient, scalars, spec.optimizer, vector, isGood, ops)
  })
  return { state: optimized, metrics }
}

/**
 * Forward, backward, clipping, optimizer: the one definition of a training step, which WASM runs op by op and which the
 * TensorFlow engine records once.
 * @param state for each vector of the layout
 * @param x y int32 [B, T]
 * @param scalars float32 [5] from `optimizerScalars`
 */
export function trainingStep(
  spec: StepSpec,
  layout: WeightLayout,
  ops: ModelOps,
  state: readonly AdamWState[],
  x: tf.Tensor2D,
  y: tf.Tensor2D,
  scalars: tf.Tensor1D,
): StepResult {
  const flats = state.map(({ weights }) => weights)
  const mean = lossAndGradient(spec, layout, ops, flats, x, y)
  return updateStep(spec, layout, ops, state, mean, squaredNormOf(mean, ops), scalars)
}

/**
 * @param weights float32 [P], for each vector of the layout
 * @param mask float32 [B * T]: 1 for tokens that count
 * @returns float32 [2]: summed loss in nats, number of right guesses
 */
export function evaluationStep(
  spec: StepSpec,
  layout: WeightLayout,
  ops: ModelOps,
  weights: readonly tf.Tensor1D[],
  x: tf.Tensor2D,
  y: tf.Tensor2D,
  mask: tf.Tensor1D,
): tf.Tensor1D {
  const score = (
    flats: readonly tf.Tensor1D[],
    x: tf.Tensor2D,
    y: tf.Tensor2D,
    mask: tf.Tensor1D,
    ops: ModelOps,
  ): tf.Tensor1D => headScores(spec.forward(layout.split(flats), x, ops), y.as1D(), mask, ops)
  const { accumulation } = spec
  if (accumulation === 1) return score(weights, x, y, mask, ops)
  const { carry } = ops.scan({
    length: accumulation,
    reverse: false,
    carry: [tf.zeros([1, 2])],
    inputs: [x, y, mask.reshape<tf.Tensor2D>(x.shape)],
    constants: weights.map((flat) => flat.expandDims(0)),
    step: ([sum], inputs, flats, ops) => {
      const [x, y, mask] = inputs as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]
      const scores = score(
        flats.map((flat) => flat.as1D()),
        x,
        y,
        mask.as1D(),
        ops,
      )
      return { carry: [(sum as tf.Tensor2D).add(scores.expandDims(0))], outputs: [] }
    },
  })
  return (carry[0] as tf.Tensor2D).as1D()
}

const firstMoment = 'exp_avg.'
const secondMoment = 'exp_avg_sq.'

/** The optimizer's two moments, for each vector of the layout, named for a checkpoint. */
export function nameMoments(
  layout: WeightLayout,
  expAvg: readonly Float32Array[],
  expAvgSq: readonly Float32Array[],
): Map<string, TensorData> {
  const named = new Map<string, TensorData>()
  for (const [name, data] of layout.unpack(expAvg)) named.set(firstMoment + name, data)
  for (const [name, data] of layout.unpack(expAvgSq)) named.set(secondMoment + name, data)
  return named
}

/** The moments by the names of their weights: the reverse, but for the layout. */
export function momentsOf(state: ReadonlyMap<string, TensorData>): {
  readonly expAvg: ReadonlyMap<string, TensorData>
  readonly expAvgSq: ReadonlyMap<string, TensorData>
} {
  const pick = (prefix: string): Map<string, TensorData> =>
    new Map(
      [...state].filter(([name]) => name.startsWith(prefix)).map(([name, data]) => [name.slice(prefix.length), data]),
    )
  return { expAvg: pick(firstMoment), expAvgSq: pick(secondMoment) }
}
