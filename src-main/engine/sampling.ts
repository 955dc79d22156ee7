import type { Sampling } from '../../src-preload/contract/records'
import { RandomStream } from './random'

/** How the next token is chosen, with the seed decided. */
export type SeededSampling = Omit<Sampling, 'seed'> & { readonly seed: number }

/**
 * Picks the next token: temperature, then top-k, then top-p (nucleus sampling, Holtzman et al. 2020), in the order of
 * HF's generate. A pure function of (logits, seed, index), so that a seed gives the same text again.
 * @param logits float32 [V]; changed
 * @param index of the token in the answer, from 0
 * @param banned an id that is never chosen; null for none
 */
export function sampleToken(
  logits: Float32Array,
  sampling: SeededSampling,
  index: number,
  banned: number | null,
): number {
  if (banned !== null) logits[banned] = -Infinity
  if (sampling.temperature === 0) return argMax(logits)
  const ids = Array.from(logits.keys()).filter((id) => Number.isFinite(logits[id]))
  const logitOf = (id: number): number => logits[id] ?? -Infinity
  // Equal logits keep the order of their ids: the sort is stable.
  ids.sort((a, b) => logitOf(b) - logitOf(a))
  if (sampling.topK > 0) ids.length = Math.min(ids.length, sampling.topK)
  const first = ids[0]
  if (first === undefined) return argMax(logits)

  const weights = ids.map((id) => Math.exp((logitOf(id) - logitOf(first)) / sampling.temperature))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let kept = 0
  let count = 0
  // The smallest set that holds the share topP: at least one.
  while (count < weights.length && (count === 0 || kept < sampling.topP * total)) kept += weights[count++] ?? 0

  const place = new RandomStream(sampling.seed, 'sampling', index).uniform() * kept
  let sum = 0
  for (let i = 0; i < count; i++) {
    sum += weights[i] ?? 0
    if (place < sum) return ids[i] ?? first
  }
  return ids[count - 1] ?? first
}

function argMax(values: Float32Array): number {
  let best = 0
  values.forEach((value, i) => {
    if (value > (values[best] ?? -Infinity)) best = i
  })
  return best
}
