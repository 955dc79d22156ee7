import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { modelFrom } from '../engine/model/registry'
import { sizeOf, type WeightShape } from '../engine/model/weight-table'

/** Iterations of Newton-Schulz, three products each (Jordan et al. 2024). */
const muonIterations = 5

/** Of Muon for the matrices that lie in one weight. */
function muonFlops({ shape, fused }: WeightShape): number {
  const [rows = 1, columns = 1] = shape
  const [short, long] = [Math.min(rows, columns / fused), Math.max(rows, columns / fused)]
  return fused * muonIterations * (4 * short ** 2 * long + 2 * short ** 3)
}

/** What a step's arithmetic depends on. */
export type CountedShape = Pick<
  RunConfig,
  'model' | 'nLayer' | 'nHead' | 'nEmbd' | 'blockSize' | 'batchSize' | 'optimizer' | 'activationCheckpointing'
> & { readonly vocabSize: number }

/**
 * Floating-point operations of a training step: 2 a weight and token forward, 4 backward (Kaplan et al. 2020, section
 * 2.1), attention's scores and their use, and what the optimizer multiplies. For comparing shapes, not for a clock.
 */
export function stepFlops(shape: CountedShape): number {
  const { nLayer, nEmbd, blockSize, batchSize, vocabSize, optimizer, activationCheckpointing } = shape
  const { weights, heads } = modelFrom(shape, vocabSize)
  const hidden = weights.filter((weight) => weight.hidden)
  const ofLayers = hidden.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const attention = heads === 0 ? 0 : nLayer * 2 * blockSize * nEmbd
  const inner = (ofLayers + attention) * (activationCheckpointing === 'on' ? 8 : 6)
  const muon = optimizer === 'muon' ? hidden.reduce((sum, weight) => sum + muonFlops(weight), 0) : 0
  return batchSize * blockSize * (inner + 6 * nEmbd * vocabSize) + muon
}
