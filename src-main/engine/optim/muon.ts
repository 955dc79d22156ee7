import * as tf from '@tensorflow/tfjs'
import { sizeOf, type WeightShape } from '../model/weight-table'

/** Of the momentum (Jordan et al. 2024, "Muon"). */
const momentum = 0.95
const iterations = 5
/** Of the quintic iteration, chosen there for a steep slope at 0: singular values end near 1, not at 1. */
const [a, b, c] = [3.4445, -4.775, 2.0315] as const
const epsilon = 1e-7

/**
 * The nearest half-orthogonal matrix, roughly, of each of a stack: singular values of 0.7 to 1.2 (Newton–Schulz).
 * `x: [K, rows, columns]`, rows ≤ columns → the same shape
 */
export function orthogonalised(x: tf.Tensor3D): tf.Tensor3D {
  const norm = x.square().sum([1, 2], true).sqrt().add(epsilon)
  let y: tf.Tensor3D = x.div(norm)
  for (let i = 0; i < iterations; i++) {
    const gram = tf.matMul<tf.Tensor3D>(y, y, false, true)
    const mixed = gram.mul(b).add<tf.Tensor3D>(tf.matMul<tf.Tensor3D>(gram, gram).mul(c))
    y = y.mul(a).add(tf.matMul<tf.Tensor3D>(mixed, y))
  }
  return y
}

/** What of a weight decides how Muon takes it. */
export type MuonMatrix = Pick<WeightShape, 'shape' | 'fused'>

/**
 * Momentum with Nesterov's look ahead, each matrix then orthogonalised and scaled by sqrt(max(1, out / in)). Matrices that lie
 * fused in one weight are taken apart for it. Those of one shape, whichever way round, go through the iteration together: a few
 * large products instead of many small ones.
 *
 * `gradient, buffer: float32 [H]`, the weights one after the other; `weights`: [in, out] each
 * @returns what a step of size 1 subtracts, and the new buffer: float32 [H] each
 */
export function muon(
  gradient: tf.Tensor1D,
  buffer: tf.Tensor1D,
  weights: readonly MuonMatrix[],
): { readonly update: tf.Tensor1D; readonly buffer: tf.Tensor1D } {
  const next: tf.Tensor1D = buffer.mul(momentum).add(gradient.mul(1 - momentum))
  const ahead: tf.Tensor1D = gradient.mul(1 - momentum).add(next.mul(momentum))
  const sizes = weights.map(({ shape }) => sizeOf(shape))
  const flats = weights.length === 1 ? [ahead] : tf.split<tf.Tensor1D>(ahead, sizes)
  const matrices = weights.flatMap(({ shape, fused }, i) => {
    const whole = (flats[i] as tf.Tensor1D).reshape<tf.Tensor2D>([...shape] as [number, number])
    return fused === 1 ? [whole] : tf.split<tf.Tensor2D>(whole, fused, 1)
  })
  const done = orthogonalisedEach(matrices)
  let from = 0
  const updates = weights.map(({ fused }) => {
    const parts = done.slice(from, (from += fused))
    return (fused === 1 ? (parts[0] as tf.Tensor2D) : tf.concat(parts, 1)).flatten()
  })
  return { update: tf.concat1d(updates), buffer: next }
}

/** Each by itself, scaled for its shape. */
function orthogonalisedEach(matrices: readonly tf.Tensor2D[]): tf.Tensor2D[] {
  const groups = new Map<string, number[]>()
  matrices.forEach(({ shape }, i) => {
    const key = [...shape].sort((p, q) => p - q).join()
    groups.set(key, [...(groups.get(key) ?? []), i])
  })
  const flatter = (x: tf.Tensor2D): tf.Tensor2D => (x.shape[0] <= x.shape[1] ? x : x.transpose<tf.Tensor2D>())
  const updates = new Array<tf.Tensor2D>(matrices.length)
  for (const members of groups.values()) {
    const flat = members.map((i) => flatter(matrices[i] as tf.Tensor2D))
    const [rows = 1, columns = 1] = flat[0]?.shape ?? []
    const stacked = tf.stack(flat).reshape<tf.Tensor3D>([flat.length, rows, columns])
    const done = tf.unstack(orthogonalised(stacked)) as tf.Tensor2D[]
    members.forEach((i, k) => {
      const [rows, columns] = (matrices[i] as tf.Tensor2D).shape
      const matrix = done[k] as tf.Tensor2D
      const turned = rows <= columns ? matrix : matrix.transpose<tf.Tensor2D>()
      updates[i] = turned.mul(Math.sqrt(Math.max(1, columns / rows)))
    })
  }
  return updates
}
