import { nextDivisor } from './divisor'

export interface LogitBounds {
  /** Floats of logits that may stand in memory at once. */
  readonly most: number
  /**
   * Floats of them that a processor's caches keep from bias to softmax, loss, gradient and products, which are passes of
   * their own; Infinity: nothing is gained by that.
   */
  readonly cached: number
}

/** The fewest equal parts of the rows whose logits stay below the bound; 1: all at once. */
export function headChunks(rows: number, vocabSize: number, most: number): number {
  return nextDivisor(rows, Math.ceil((rows * vocabSize) / most))
}

/**
 * Equal parts of the rows in which the loss is computed. Each part adds to a gradient of the whole head, which parts for
 * the caches are only worth where each has several times the rows of the head.
 * @param width rows of the head
 */
export function lossChunks(rows: number, width: number, vocabSize: number, { most, cached }: LogitBounds): number {
  const chunks = headChunks(rows, vocabSize, Math.min(cached, most))
  return rows / chunks >= 4 * width ? chunks : headChunks(rows, vocabSize, most)
}
