import type { TimedShape } from './time'

/** Five iterations of Newton-Schulz, three products each (Jordan et al. 2024), for the matrices of a layer, in d³. */
const muonFlopsPerLayer = 5 * 6 * (4 + 2 * 3)

/**
 * Floating-point operations of a training step: 2 a weight and token forward, 4 backward (Kaplan et al. 2020, section
 * 2.1), attention's scores and their use, and what the optimizer multiplies. For comparing shapes, not for a clock.
 */
export function stepFlops(shape: Omit<TimedShape, 'tries' | 'dropout'>): number {
  const { model, nLayer, nEmbd: d, blockSize, batchSize, vocabSize, optimizer, activationCheckpointing } = shape
  const tokens = batchSize * blockSize
  const perLayer = (model === 'lstm' ? 8 : 12) * d * d
  const attention = model === 'lstm' ? 0 : 2 * blockSize * d
  const inner = nLayer * (perLayer + attention) * (activationCheckpointing === 'on' ? 8 : 6)
  const muon = optimizer === 'muon' ? nLayer * muonFlopsPerLayer * d ** 3 : 0
  return tokens * (inner + 6 * d * vocabSize) + muon
}
