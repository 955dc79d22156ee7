import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs'

/** `x: [B·T, nHead·headDim]` → `[B, nHead, T, headDim]` */
export function splitHeads(x: Tensor2D, [batch, length]: readonly [number, number], nHead: number): Tensor4D {
  return x.reshape([batch, length, nHead, x.shape[1] / nHead]).transpose([0, 2, 1, 3])
}

/** `[B, nHead, T, headDim]` → `[B·T, nHead·headDim]` */
export function joinHeads(x: Tensor4D): Tensor2D {
  const [batch, nHead, length, headDim] = x.shape
  return x.transpose([0, 2, 1, 3]).reshape<Tensor2D>([batch * length, nHead * headDim])
}
