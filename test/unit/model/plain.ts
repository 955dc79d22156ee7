import * as tf from '@tensorflow/tfjs'
import { withDefaults } from '../../../src-preload/contract/limits'
import { scaleFirstInParts } from '../../../src-main/engine/optim/scale-first'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { initialWeights, type Forward } from '../../model'
import { composedOps } from '../../../src-main/engine/runtime/composed-ops'
import { logitsOf } from '../../../src-main/engine/layers/head'
import type { EngineOps, TensorData, Weights } from '../../../src-main/engine/ops'
import { unrolledScan } from '../../../src-main/engine/scan'

/** The special operations composed from TensorFlow.js's own, with the tape's gradients: slow, and independent. */
export const plainOps: EngineOps = {
  crossEntropy: (logits, targets) => composedOps(null).crossEntropy(logits, targets),
  embedding: (table, ids) => tf.gather(table, ids),
  sparseCrossEntropy: (logits, targets) =>
    tf.oneHot(targets, logits.shape[1]).cast('float32').mul(tf.logSoftmax(logits)).sum<tf.Tensor1D>(-1).neg(),
  dropout: (x) => x,
  dropMask: () => null,
  recompute: (x, _, body) => body(x, plainOps),
  attention: () => null,
  logits: { most: Infinity, cached: Infinity },
  queryBlocks: () => 1,
  lstm: () => null,
  asOperand: (x) => x,
  scaleFirst: scaleFirstInParts,
  sumOfSquares: (x) => x.square().sum().asScalar(),
  scan: (scan) => unrolledScan(scan, () => plainOps),
}

/** The defaults of the form, changed where a test says so. */
export function configOf(changes: Partial<RunConfig>): RunConfig {
  return withDefaults(changes) as RunConfig
}

export function tensorsOf(weights: ReadonlyMap<string, TensorData>): Map<string, tf.Tensor> {
  return new Map([...weights].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]))
}

/**
 * The usual start multiplied, so that every part of a small model matters; biases, norms and what starts
 * at 0 are moved off 0 and 1.
 */
export function livelyWeights(config: RunConfig, vocabSize: number): Weights {
  const start = initialWeights(config, vocabSize, 3)
  let phase = 0
  for (const { shape, data } of start.values()) {
    // What starts small is made large; what is normed anyway may stay.
    const gain = config.model === 'llama' ? 2 : 8
    for (let i = 0; i < data.length; i++) {
      phase += 1
      const value = data[i] ?? 0
      if (shape.length === 1) data[i] = value + 0.1 * Math.sin(phase)
      else data[i] = value === 0 ? 0.2 * Math.sin(phase) : gain * value
    }
  }
  return tensorsOf(start)
}

/** Reproducible ids below the vocabulary, far from any pattern that a model could cheat with. */
export function someIds(length: number, vocabSize: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => (i * i * 7 + i * 3 + 1) % vocabSize)
}

/** Mean loss in nats. `x, y: [B, T]` */
export function lossOf(forward: Forward, weights: Weights, x: tf.Tensor2D, y: tf.Tensor2D): tf.Scalar {
  return plainOps.sparseCrossEntropy(logitsOf(forward(weights, x, plainOps)), y.flatten()).mean()
}

export function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  if (a.shape.join() !== b.shape.join()) throw new Error(`[${a.shape.join()}] and [${b.shape.join()}]`)
  return tf.tidy(() => a.sub(b).abs().max().dataSync()[0] ?? NaN)
}
