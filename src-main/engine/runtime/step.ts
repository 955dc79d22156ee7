import * as tf from '@tensorflow/tfjs'
import type { Precision, RunConfig, StepTiming, Tier } from '../../../src-preload/contract/records'
import type { WeightShape } from '../../plan/shapes'
import type { AdamWState } from '../optim/adamw'
import { clipByNorm } from '../optim/clip'
import { optimize, type OptimizerSettings } from '../optim/optimizer'
import { headScores, meanLoss } from './head'
import type { WeightLayout } from './layout'
import type { Forward, ModelOps, TensorData } from './ops'

/** Everything that a training step is made of. */
export interface StepSpec {
  /** In the model's order: the order of `readWeights`. */
  readonly weights: readonly WeightShape[]
  readonly forward: Forward
  readonly batchSize: number
  readonly blockSize: number
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
  writeWeights(weights: ReadonlyMap<string, TensorData>): void
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

/** Mean loss in nats, a scalar, and its gradient, float32 [P]. */
export interface LossAndGradient {
  readonly loss: tf.Scalar
  readonly gradient: tf.Tensor1D
}

/** Forward and backward over as many rows as are given; x, y: int32 [rows, T]. */
type Backward = (
  spec: StepSpec,
  layout: WeightLayout,
  ops: ModelOps,
  flat: tf.Tensor1D,
  x: tf.Tensor2D,
  y: tf.Tensor2D,
) => LossAndGradient

/** In the parts that the step takes. */
export const lossAndGradient: Backward = (spec, ...rest) =>
  (spec.accumulation === 1 ? atOnce : accumulated)(spec, ...rest)

/** @returns the clipped gradient, float32 [P], and float32 [2]: loss in nats, gradient norm before clipping */
function clipped(
  { loss, gradient: mean }: LossAndGradient,
  { gradClip }: StepSpec,
): { readonly gradient: tf.Tensor1D; readonly metrics: tf.Tensor1D } {
  const { gradient, norm } = clipByNorm(mean, gradClip)
  return { gradient, metrics: tf.stack([loss, norm]).as1D() }
}

/**
 * Forward, backward, clipping.
 * @param x y int32 [B, T]
 * @returns the gradient, float32 [P], and float32 [2]: loss in nats, gradient norm
 */
export function gradientStep(
  spec: StepSpec,
  layout: WeightLayout,
  ops: ModelOps,
  flat: tf.Tensor1D,
  x: tf.Tensor2D,
  y: tf.Tensor2D,
): { readonly gradient: tf.Tensor1D; readonly metrics: tf.Tensor1D } {
  return clipped(lossAndGradient(spec, layout, ops, flat, x, y), spec)
}

const atOnce: Backward = (spec, layout, ops, flat, x, y) => {
  const weights = layout.split(flat)
  const names = [...weights.keys()]
  const lossOf = (...values: tf.Tensor[]): tf.Scalar => {
    const named = new Map(names.map((name, i) => [name, values[i] as tf.Tensor]))
    return meanLoss(spec.forward(named, x, ops), y.flatten(), ops)
  }
  const { value, grads } = tf.valueAndGrads(lossOf)([...weights.values()])
  return { loss: value, gradient: layout.join(new Map(names.map((name, i) => [name, grads[i] as tf.Tensor]))) }
}

/** The same one micro-batch after the other, so that the activations of one stand in memory at a time. */
const accumulated: Backward = (spec, layout, ops, flat, x, y) => {
  const { accumulation } = spec
  const { carry } = ops.scan({
    length: accumulation,
    reverse: false,
    carry: [tf.zeros([1, 1]), tf.zeros([1, layout.size])],
    inputs: [x, y],
    constants: [flat.expandDims<tf.Tensor2D>(0)],
    step: (sums, [x, y], [flat], ops) => {
      const [lossSum, gradientSum] = sums as [tf.Tensor2D, tf.Tensor2D]
      const weights = (flat as tf.Tensor2D).as1D()
      const { loss, gradient } = atOnce(spec, layout, ops, weights, x as tf.Tensor2D, y as tf.Tensor2D)
      return { carry: [lossSum.add(loss), gradientSum.add(gradient.expandDims(0))], outputs: [] }
    },
  })
  const [loss, gradient] = carry.map((sum) => sum.mul(1 / accumulation)) as [tf.Tensor2D, tf.Tensor2D]
  return { loss: loss.asScalar(), gradient: gradient.as1D() }
}

/** What a step leaves: the new state, the old one where loss or norm is no finite number, and float32 [2]: both of them. */
export interface StepResult {
  readonly state: AdamWState
  readonly metrics: tf.Tensor1D
}

/**
 * Clipping and optimizer.
 * @param scalars float32 [5] from `optimizerScalars`
 */
export function updateStep(
  spec: StepSpec,
  layout: WeightLayout,
  ops: ModelOps,
  state: AdamWState,
  mean: LossAndGradient,
  scalars: tf.Tensor1D,
): StepResult {
  const { gradient, metrics } = clipped(mean, spec)
  // A step that went wrong changes nothing: nobody looks at its loss before the next log line.
  const isGood = tf.isFinite(metrics.sum()).reshape<tf.Tensor1D>([1])
  return { state: optimize(state, gradient, scalars, spec.optimizer, layout, isGood, ops), metrics }
}

/**
 * Forward, backward, clipping, optimizer: the one definition of a training step, which WASM runs op by op and which the
 * TensorFlow engine records once.
 * @param x y int32 [B, T]
 * @param scalars float32 [5] from `optimizerScalars`
 */
export function trainingStep(
  spec: StepSpec,
  layout: WeightLayout,
  ops: ModelOps,
  state: AdamWState,
  x: tf.Tensor2D,
  y: tf.Tensor2D,
  scalars: tf.Tensor1D,
): StepResult {
  return updateStep(spec, layout, ops, state, lossAndGradient(spec, layout, ops, state.weights, x, y), scalars)
}

/**
 * @param mask float32 [B * T]: 1 for tokens that count
 * @returns float32 [2]: summed loss in nats, number of right guesses
 */
export function evaluationStep(
  spec: StepSpec,
  layout: WeightLayout,
  ops: ModelOps,
  weights: tf.Tensor1D,
  x: tf.Tensor2D,
  y: tf.Tensor2D,
  mask: tf.Tensor1D,
): tf.Tensor1D {
  const score = (flat: tf.Tensor1D, x: tf.Tensor2D, y: tf.Tensor2D, mask: tf.Tensor1D, ops: ModelOps): tf.Tensor1D => {
    return headScores(spec.forward(layout.split(flat), x, ops), y.as1D(), mask, ops)
  }
  const { accumulation } = spec
  if (accumulation === 1) return score(weights, x, y, mask, ops)
  const { carry } = ops.scan({
    length: accumulation,
    reverse: false,
    carry: [tf.zeros([1, 2])],
    inputs: [x, y, mask.reshape<tf.Tensor2D>(x.shape)],
    constants: [weights.expandDims<tf.Tensor2D>(0)],
    step: ([sum], inputs, [flat], ops) => {
      const [x, y, mask] = inputs as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]
      const scores = score((flat as tf.Tensor2D).as1D(), x, y, mask.as1D(), ops)
      return { carry: [(sum as tf.Tensor2D).add(scores.expandDims(0))], outputs: [] }
    },
  })
  return (carry[0] as tf.Tensor2D).as1D()
}

const firstMoment = 'exp_avg.'
const secondMoment = 'exp_avg_sq.'

/** The optimizer's two vectors, named for a checkpoint. */
export function nameMoments(
  layout: WeightLayout,
  expAvg: Float32Array,
  expAvgSq: Float32Array,
): Map<string, TensorData> {
  const named = new Map<string, TensorData>()
  for (const [name, data] of layout.unpack(expAvg)) named.set(firstMoment + name, data)
  for (const [name, data] of layout.unpack(expAvgSq)) named.set(secondMoment + name, data)
  return named
}

/** The reverse of `nameMoments`. */
export function packMoments(
  layout: WeightLayout,
  state: ReadonlyMap<string, TensorData>,
): { expAvg: Float32Array; expAvgSq: Float32Array } {
  const pick = (prefix: string): Float32Array =>
    layout.pack(
      new Map(
        [...state].filter(([name]) => name.startsWith(prefix)).map(([name, data]) => [name.slice(prefix.length), data]),
      ),
    )
  return { expAvg: pick(firstMoment), expAvgSq: pick(secondMoment) }
}
