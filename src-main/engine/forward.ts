import * as tf from '@tensorflow/tfjs'
import { attend } from './layers/attention'
import { recomputed } from './layers/checkpointing'
import type { HeadTensors } from './layers/head'
import { linear } from './layers/linear'
import { lstmLayer } from './layers/lstm-layer'
import { normsBy, sharedOps } from './layers/shared-ops'
import { matrix, vector } from './layers/weights'
import type { Model } from './model/architecture'
import type { EngineOps, ModelOps, Weights } from './ops'

/** How a model is trained, as far as its forward pass knows. */
export interface ForwardOptions {
  readonly dropout: number
  /** What a block needs for its gradient is computed again in the backward pass instead of being kept. */
  readonly activationCheckpointing: boolean
}

/** The forward pass of a training step, differentiable in the weights, or of an evaluation. ids: int32 [B, T] */
export function forward(
  model: Pick<Model, 'forward'>,
  weights: Weights,
  ids: tf.Tensor2D,
  engineOps: EngineOps,
  options: ForwardOptions,
): HeadTensors {
  const { hidden, weight, isTable, bias } = model.forward(modelOps(weights, engineOps, options), ids)
  return { hidden, weight: matrix(weights, weight), isTable, bias: bias === null ? null : vector(weights, bias) }
}

function modelOps(weights: Weights, engineOps: EngineOps, options: ForwardOptions): ModelOps {
  const { dropout, activationCheckpointing } = options
  const ops: ModelOps = {
    ...sharedOps,
    ...normsBy((name) => vector(weights, name)),
    matMul: (x, weight) => tf.matMul(x, matrix(weights, weight)),
    matMulEach: (x, names) => {
      const each = names.map((name) => matrix(weights, name))
      const widths = each.map(({ shape }) => shape[1])
      return tf.split<tf.Tensor2D>(tf.matMul(x, tf.concat(each, 1)), widths, 1)
    },
    linear: (x, layer) => linear(x, matrix(weights, `${layer}.weight`), vector(weights, `${layer}.bias`)),
    vector: (name) => vector(weights, name),
    rows: (table, ids) => engineOps.embedding(matrix(weights, table), ids),
    firstRows: (name, count) => {
      const table = matrix(weights, name)
      const [rows, width] = table.shape
      return count === rows ? table : table.slice([0, 0], [count, width])
    },
    attention: (attention) => attend(engineOps, attention, dropout),
    lstm: ({ name, x, length }) => {
      const [weightIh, weightHh] = [matrix(weights, `${name}.weight_ih`), matrix(weights, `${name}.weight_hh`)]
      const bias = vector(weights, `${name}.bias`)
      return (
        engineOps.lstm(x, weightIh, weightHh, bias, length) ?? lstmLayer(x, weightIh, weightHh, bias, length, engineOps)
      )
    },
    dropout: (x, site) => engineOps.dropout(x, dropout, site),
    block: (prefix, x, shared, body) => {
      if (!activationCheckpointing) return body(ops, x, shared)
      const own = new Map([...weights].filter(([name]) => name.startsWith(prefix)))
      return recomputed(own, x, shared, engineOps, (weights, x, shared, engineOps) =>
        body(modelOps(weights, engineOps, options), x, shared),
      )
    },
  }
  return ops
}
