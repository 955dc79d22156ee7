import type * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { Forward } from '../runtime/ops'
import { lstmLayer } from './lstm-layer'
import { matrix, vector } from './weights'

/**
 * Embedding → nLayer × LSTM → dense over the vocabulary, dropout between the layers and before the dense one
 * (Zaremba et al. 2014). Every window starts from a zero state.
 *
 * `x: int32 [B, T]` → what makes the logits
 */
export function lstmForward(config: RunConfig): Forward {
  return (weights, x, ops) => {
    const [batch, length] = x.shape
    const ids = x.transpose([1, 0]).reshape<tf.Tensor1D>([length * batch]) // time outermost: steps are slices
    let h = ops.dropout(ops.embedding(matrix(weights, 'wte.weight'), ids), config.dropout, 0) // (T·B, D)
    for (let layer = 0; layer < config.nLayer; layer++) {
      const name = `lstm.${layer}`
      const [weightIh, weightHh] = [matrix(weights, `${name}.weight_ih`), matrix(weights, `${name}.weight_hh`)]
      const bias = vector(weights, `${name}.bias`)
      h = ops.lstm(h, weightIh, weightHh, bias, length) ?? lstmLayer(h, weightIh, weightHh, bias, length, ops)
      h = ops.dropout(h, config.dropout, 1 + layer)
    }
    const width = config.nEmbd
    const hidden = h
      .reshape([length, batch, width])
      .transpose([1, 0, 2])
      .reshape<tf.Tensor2D>([batch * length, width])
    return { hidden, weight: matrix(weights, 'lm_head.weight'), isTable: false, bias: vector(weights, 'lm_head.bias') }
  }
}
