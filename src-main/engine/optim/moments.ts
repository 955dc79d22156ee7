import type { TensorSource } from '../ops'

/** What PyTorch's AdamW calls the moments of a weight. */
export const momentPrefixes = { expAvg: 'exp_avg.', expAvgSq: 'exp_avg_sq.' } as const

/** The moments of a checkpoint by the names of their weights. */
export function momentsOf(state: TensorSource): Record<keyof typeof momentPrefixes, TensorSource> {
  const { expAvg, expAvgSq } = momentPrefixes
  return {
    expAvg: { get: (name) => state.get(expAvg + name) },
    expAvgSq: { get: (name) => state.get(expAvgSq + name) },
  }
}
