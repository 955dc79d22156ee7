import type { Tensor } from '@tensorflow/tfjs'
import type { EngineOps } from '../ops'

/** Dropout by an engine's own masks. `maskOf` gets a rate above 0; null: nothing drops, as in an evaluation. */
export function dropping(
  maskOf: ((shape: number[], rate: number, site: number) => Tensor) | null,
): Pick<EngineOps, 'dropMask' | 'dropout'> {
  const dropMask = (shape: number[], rate: number, site: number): Tensor | null =>
    maskOf === null || rate === 0 ? null : maskOf(shape, rate, site)
  return {
    dropMask,
    dropout: (x, rate, site) => {
      const mask = dropMask(x.shape, rate, site)
      return mask === null ? x : x.mul(mask)
    },
  }
}
