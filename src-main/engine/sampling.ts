import type { Sampling } from '../../src-preload/contract/records/conversations'
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
  const ids = likeliest(logits, sampling.topK > 0 ? sampling.topK : logits.length)
  const logitOf = (id: number): number => logits[id] ?? -Infinity
  const first = ids[0]
  if (first === undefined) return argMax(logits)

  const weights = Array.from(ids, (id) => Math.exp((logitOf(id) - logitOf(first)) / sampling.temperature))
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

/** Bits of a float32 as a number that grows as the float does; the sign bit decides how. */
const bits = new Uint32Array(1)
const float = new Float32Array(bits.buffer)
function rankOf(logit: number): number {
  float[0] = logit
  const raw = bits[0] ?? 0
  return (raw & 0x80000000 ? ~raw : raw | 0x80000000) >>> 0
}

/**
 * Ids of the `count` largest finite logits, largest first, equal ones in the order of their ids. Rank and id packed into
 * one number each let the typed array sort without a comparison of ours: 50,000 logits in 3 ms instead of 15. When few
 * are wanted, a histogram of the ranks' upper halves leaves little more than those to sort.
 */
function likeliest(logits: Float32Array, count: number): Uint32Array {
  const idRange = 2 ** 21
  const isFew = count < logits.length / 8
  const histogram = isFew ? new Uint32Array(65536) : null
  const ranks = new Uint32Array(logits.length)
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id] ?? NaN
    if (!Number.isFinite(logit)) continue
    const rank = rankOf(logit)
    ranks[id] = rank
    if (histogram) histogram[rank >>> 16] = (histogram[rank >>> 16] ?? 0) + 1
  }
  let lowest = 1
  if (histogram) {
    let bucket = 65536
    for (let above = 0; above < count && bucket > 0;) above += histogram[--bucket] ?? 0
    lowest = Math.max(1, bucket * 65536)
  }
  const packed: number[] = []
  for (let id = 0; id < ranks.length; id++) {
    const rank = ranks[id] ?? 0
    if (rank >= lowest) packed.push((0xffffffff - rank) * idRange + id)
  }
  return Uint32Array.from(Float64Array.from(packed).sort().subarray(0, count), (value) => value % idRange)
}

function argMax(values: Float32Array): number {
  let best = 0
  values.forEach((value, i) => {
    if (value > (values[best] ?? -Infinity)) best = i
  })
  return best
}
