import * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { Decoded, DecodeModel, DecodeOps } from './decode'
import { stateAfter, type LstmState } from './lstm-layer'

/** Remembers each layer's hidden and cell state, `[1, D]` each: hidden, cell, hidden, cell, ... */
export function lstmDecode({ nLayer, nEmbd }: RunConfig): DecodeModel {
  /** The input projection of a layer is one product over all tokens. */
  function pass(ops: DecodeOps, ids: tf.Tensor1D, _position: tf.Tensor1D, before: readonly tf.Tensor[]): Decoded {
    const [length] = ids.shape
    let h = ops.rows('wte.weight', ids) // (t, D)
    const memory: tf.Tensor[] = []
    for (let layer = 0; layer < nLayer; layer++) {
      const projected = ops.matMul(h, `lstm.${layer}.weight_ih`).add<tf.Tensor2D>(ops.vector(`lstm.${layer}.bias`))
      let state: LstmState = {
        hidden: before[2 * layer] as tf.Tensor2D,
        cell: before[2 * layer + 1] as tf.Tensor2D,
      }
      const hiddens: tf.Tensor2D[] = []
      for (const row of length === 1 ? [projected] : tf.split<tf.Tensor2D>(projected, length, 0)) {
        state = stateAfter(row.add(ops.matMul(state.hidden, `lstm.${layer}.weight_hh`)), state)
        hiddens.push(state.hidden)
      }
      memory.push(state.hidden, state.cell)
      h = length === 1 ? state.hidden : tf.concat(hiddens, 0)
    }
    return { logits: ops.matMul(ops.last(h), 'lm_head.weight').add(ops.vector('lm_head.bias')).as1D(), memory }
  }
  const memoryShapes = (): number[][] => Array.from({ length: 2 * nLayer }, () => [1, nEmbd])
  return { window: null, tables: ['wte.weight'], padded: false, memoryShapes, pass }
}
