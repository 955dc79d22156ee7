import type { RunConfig } from '../../src-preload/contract/records/run-config'

/** Two cores were measured; more of them share what each half has to multiply. */
const most = 2
/** Each shard rounds all weights and makes a gradient of them: with more to a token that costs more than it gains. */
const parametersPerToken = 15_000

/**
 * Equal shards of the batch whose gradients a step in XLA computes at the same time on a processor: there nearly everything
 * but large products runs on one thread (docs/log.md, "two halves of the batch at once"). 1: the batch as it is. The same
 * on every machine, so that a run goes on elsewhere as it began.
 */
export function shardsOf(
  { batchSize, accumulation, blockSize }: Pick<RunConfig, 'batchSize' | 'accumulation' | 'blockSize'>,
  parameterCount: number,
): number {
  const rows = batchSize / accumulation
  const isWorthwhile = parameterCount <= parametersPerToken * rows * blockSize
  return rows % most === 0 && isWorthwhile ? most : 1
}
