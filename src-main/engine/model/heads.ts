import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import type { Cache, ModelOps } from '../ops'

/** `x: [B·T, nHead·headDim]` → `[B, nHead, T, headDim]` */
export function splitHeads(x: Tensor2D, [batch, length]: readonly [number, number], nHead: number): Tensor4D {
  return x.reshape([batch, length, nHead, x.shape[1] / nHead]).transpose([0, 2, 1, 3])
}

/** `[B, nHead, T, headDim]` → `[B·T, nHead·headDim]` */
export function joinHeads(x: Tensor4D): Tensor2D {
  const [batch, nHead, length, headDim] = x.shape
  return x.transpose([0, 2, 1, 3]).reshape<Tensor2D>([batch * length, nHead * headDim])
}

/** Where the tokens of a pass are, and what each may look at (`ModelOps.causalMask`). */
export function placesOf(
  ops: ModelOps,
  length: number,
  window: number,
  cache: Cache | undefined,
): { readonly positions: Tensor1D; readonly mask: Tensor2D } {
  // With a cache there may be padding beyond.
  if (!cache && length > window) throw new Error(`Expected at most ${window} positions, got ${length}`)
  const positions = cache?.positions ?? ops.positions(length)
  return { positions, mask: ops.causalMask(positions, cache?.capacity ?? length) }
}

/** The slots of a cache of keys and values: those of a layer after those of the one before. */
export const keyValueShapes = (nLayer: number, nHead: number, capacity: number, headDim: number): number[][] =>
  Array.from({ length: 2 * nLayer }, () => [nHead, capacity, headDim])
