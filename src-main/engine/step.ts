import * as tf from '@tensorflow/tfjs'
import { forward } from './forward'
import { overMicroBatches, type BatchTensors } from './micro-batches'
import type { AdamWState } from './optim/adamw'
import { clipScale } from './optim/clip'
import { countOf, lossSumOf } from './layers/head'
import type { EngineOps } from './ops'
import type { StepContext, StepParts, StepResult, StepSums, Update } from './step-parts'

/** What a training step is, on every engine. */
export function runStep<T, R>({ backward, add, update }: StepParts<T, R>): R {
  return update(reduce(backward(), add))
}

function reduce<T>(parts: readonly StepSums<T>[], add: (values: readonly T[]) => T): StepSums<T> {
  const [first] = parts as readonly [StepSums<T>, ...StepSums<T>[]]
  if (parts.length === 1) return first
  return {
    lossSum: add(parts.map(({ lossSum }) => lossSum)),
    count: add(parts.map(({ count }) => count)),
    gradSums: first.gradSums.map((_, i) => add(parts.map(({ gradSums }) => gradSums[i] as T))),
  }
}

/** Forward and backward. @param flats the weights: float32 [P], for each vector of the layout */
export function backward(
  { spec, layout, ops }: StepContext,
  flats: readonly tf.Tensor1D[],
  batch: BatchTensors,
): StepSums<tf.Tensor1D> {
  const sizes = [1, 1, ...layout.vectors.map(({ size }) => size)]
  const sums = overMicroBatches(spec.accumulation, sizes, ops, flats, batch, (flats, { x, y }, ops) => {
    const weights = layout.split(flats)
    const names = [...weights.keys()]
    const byName = <T>(values: readonly T[]): Map<string, T> => new Map(names.map((name, i) => [name, values[i] as T]))
    const lossSum = (...values: tf.Tensor[]): tf.Scalar =>
      lossSumOf(forward(spec.model, byName(values), x, ops, spec), y.as1D(), ops)
    const { value, grads } = tf.valueAndGrads(lossSum)([...weights.values()])
    return [value.as1D(), countOf(y.as1D()), ...layout.join(byName(grads))]
  })
  const [lossSum, count, ...gradSums] = sums as [tf.Tensor1D, tf.Tensor1D, ...tf.Tensor1D[]]
  return { lossSum, count, gradSums }
}

export const squaredNormOf = ({ gradSums }: StepSums<tf.Tensor1D>, ops: EngineOps): tf.Scalar =>
  gradSums.map((gradient) => ops.sumOfSquares(gradient)).reduce((sum, square) => sum.add(square))

/** Divides by the count, clips, and lets the optimizer take its step. */
export function update({ spec, layout, ops }: StepContext, { state, sums, squaredNorm, optimize }: Update): StepResult {
  const count = sums.count.maximum<tf.Tensor1D>(1)
  const loss = sums.lossSum.div<tf.Tensor1D>(count)
  const norm = squaredNorm.sqrt().as1D().div<tf.Tensor1D>(count)
  const metrics = tf.concat1d([loss, norm])
  // A step that went wrong changes nothing: nobody looks at its loss before the next log line.
  const isGood = tf.isFinite(metrics.sum()).reshape<tf.Tensor1D>([1])
  const scale = clipScale(norm, spec.gradClip).div<tf.Tensor1D>(count)
  const optimized = layout.vectors.map((vector, i) => {
    const gradient = (sums.gradSums[i] as tf.Tensor1D).mul<tf.Tensor1D>(scale)
    return optimize(state[i] as AdamWState, gradient, { vector, settings: spec.optimizer, isGood, metrics, ops })
  })
  return { state: optimized, metrics }
}
