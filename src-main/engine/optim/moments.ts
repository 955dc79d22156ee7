import type { WeightLayout } from '../runtime/layout'
import type { TensorData } from '../runtime/ops'

const firstMoment = 'exp_avg.'
const secondMoment = 'exp_avg_sq.'

/** The optimizer's two moments, for each vector of the layout, named for a checkpoint. */
export function nameMoments(
  layout: WeightLayout,
  expAvg: readonly Float32Array[],
  expAvgSq: readonly Float32Array[],
): Map<string, TensorData> {
  const named = new Map<string, TensorData>()
  for (const [name, data] of layout.unpack(expAvg)) named.set(firstMoment + name, data)
  for (const [name, data] of layout.unpack(expAvgSq)) named.set(secondMoment + name, data)
  return named
}

/** The moments by the names of their weights: the reverse, but for the layout. */
export function momentsOf(state: ReadonlyMap<string, TensorData>): {
  readonly expAvg: ReadonlyMap<string, TensorData>
  readonly expAvgSq: ReadonlyMap<string, TensorData>
} {
  const pick = (prefix: string): Map<string, TensorData> =>
    new Map(
      [...state].filter(([name]) => name.startsWith(prefix)).map(([name, data]) => [name.slice(prefix.length), data]),
    )
  return { expAvg: pick(firstMoment), expAvgSq: pick(secondMoment) }
}
