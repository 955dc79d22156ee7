import type { Tensor2D } from '@tensorflow/tfjs'
import type { Architecture } from './architecture'
import { headMatrix, hiddenMatrix, normal, table, uniform, vector, zeros } from './weight-table'

export interface LstmConfig {
  readonly vocabSize: number
  readonly nLayer: number
  /** Width of the embedding and of the hidden state. */
  readonly nEmbd: number
}

/**
 * Embedding → nLayer × LSTM → dense over the vocabulary, dropout between the layers and before the dense one (Zaremba et al.
 * 2014). Gates in PyTorch's order (input, forget, cell, output) along the last axis; kernels are [in, 4 · hidden]. Start as
 * torch.nn.Embedding, nn.LSTM and nn.Linear: normal with std 1, uniform within 1/sqrt(hidden); a GPT's std of 0.02 learns
 * far slower here (docs/log/003). One bias a layer: PyTorch's two are only ever added.
 */
export const lstm: Architecture<LstmConfig> = {
  configFrom: ({ nLayer, nEmbd }, vocabSize) => ({ vocabSize, nLayer, nEmbd }),

  weightShapes({ vocabSize, nLayer, nEmbd: d }) {
    const start = uniform(1 / Math.sqrt(d))
    const layers = Array.from({ length: nLayer }, (_, i) => [
      hiddenMatrix(`lstm.${i}.weight_ih`, [d, 4 * d], start),
      hiddenMatrix(`lstm.${i}.weight_hh`, [d, 4 * d], start),
      vector(`lstm.${i}.bias`, 4 * d, start),
    ])
    return [
      table('wte.weight', [vocabSize, d], normal(1)),
      ...layers.flat(),
      headMatrix('lm_head.weight', [d, vocabSize], start),
      vector('lm_head.bias', vocabSize, zeros),
    ]
  },

  window: () => null,
  heads: () => 0,
  cacheShapes: ({ nLayer, nEmbd }) => Array.from({ length: 2 * nLayer }, () => [1, nEmbd]),

  forward({ nLayer, nEmbd }, ops, ids, cache) {
    const [batch, length] = ids.shape
    const timeFirst = ids.transpose([1, 0]).flatten() // steps are slices
    let x = ops.dropout(ops.rows('wte.weight', timeFirst), 0) // (T·B, D)
    for (let index = 0; index < nLayer; index++) {
      x = ops.dropout(ops.lstm({ name: `lstm.${index}`, x, length, index, cache }), 1 + index)
    }
    const hidden = x
      .reshape([length, batch, nEmbd])
      .transpose([1, 0, 2])
      .reshape<Tensor2D>([batch * length, nEmbd])
    return { hidden, weight: 'lm_head.weight', isTable: false, bias: 'lm_head.bias' }
  },
}
