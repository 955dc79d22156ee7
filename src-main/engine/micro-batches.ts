import * as tf from '@tensorflow/tfjs'
import type { EngineOps } from './ops'

/** x: what the model reads, y: the next token of each, -1 where it does not count. int32 [rows, T] both. */
export interface BatchTensors {
  readonly x: tf.Tensor2D
  readonly y: tf.Tensor2D
}

/** @returns float32 [n] each */
type Part = (flats: readonly tf.Tensor1D[], batch: BatchTensors, ops: EngineOps) => readonly tf.Tensor1D[]

/**
 * The sums of what `part` makes of each micro-batch, one after the other, so that the activations of one stand in memory at a
 * time (gradient accumulation).
 * @param sizes of what `part` returns
 * @param flats the weights: float32 [P], for each vector of the layout
 */
export function overMicroBatches(
  accumulation: number,
  sizes: readonly number[],
  ops: EngineOps,
  flats: readonly tf.Tensor1D[],
  { x, y }: BatchTensors,
  part: Part,
): readonly tf.Tensor1D[] {
  if (accumulation === 1) return part(flats, { x, y }, ops)
  const asRow = (flat: tf.Tensor1D): tf.Tensor2D => flat.expandDims(0)
  const { carry } = ops.scan({
    length: accumulation,
    reverse: false,
    carry: sizes.map((size) => tf.zeros<tf.Rank.R2>([1, size])),
    inputs: [x, y],
    constants: flats.map(asRow),
    step: (sums, [x, y], flats, ops) => {
      const batch = { x, y } as BatchTensors
      const results = part(
        flats.map((flat) => flat.as1D()),
        batch,
        ops,
      )
      return { carry: sums.map((sum, i) => sum.add<tf.Tensor2D>(asRow(results[i] as tf.Tensor1D))), outputs: [] }
    },
  })
  return carry.map((sum) => sum.as1D())
}
