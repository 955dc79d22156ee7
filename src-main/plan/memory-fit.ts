import { hasAttention, memoryMargin, runLimits, widthRules } from '../../src-preload/contract/limits'
import type { ConfigProblem } from '../../src-preload/contract/records/plan'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { lessMemory } from './less-memory'
import { summarize } from './summary'

type Change = Partial<RunConfig>

const memoryOf = (config: RunConfig, vocabSize: number): number => summarize(config, vocabSize, 0).memoryBytes

/** The prediction may be too high by that share: below it nothing is refused. */
const margin = 0.85
/** A shorter window learns less than a narrower model does. */
const shortestWindow = 64
const fewestLayers = 2

/** Without XLA, which needs more, unless it was asked for by name. */
const asGraph = ({ compile }: RunConfig): Change => (compile === 'auto' ? { compile: 'graph' } : {})
/** The same training with less memory at once, from the fastest on: as a plain graph, in parts, without trying bfloat16. */
function* partsOf(config: RunConfig): Generator<Change> {
  const ways: Change[] = [{}, ...(config.precision === 'auto' ? [{ precision: 'float32' } as const] : [])]
  for (const way of ways) {
    let change: Change = { ...asGraph(config), ...way }
    yield change
    for (let less = lessMemory({ ...config, ...change }); less; less = lessMemory({ ...config, ...change })) {
      change = { ...change, ...less }
      yield change
    }
  }
}

/** For a sentence, in the gigabytes that the screens count in. */
export const gigabytes = (bytes: number): number => Number((bytes / 2 ** 30).toPrecision(2))

const halves = (from: number, to: number): number[] => {
  const values: number[] = []
  for (let value = Math.floor(from / 2); value >= Math.max(1, to); value = Math.floor(value / 2)) values.push(value)
  return values
}

/** Narrower by whole heads, so that their size stays; an LSTM, which has none, by steps of its limit. */
function narrower({ model, nEmbd, nHead }: RunConfig): Change[] {
  if (hasAttention(model)) {
    const headDim = nEmbd / nHead
    const heads = Array.from({ length: nHead - 1 }, (_, i) => nHead - 1 - i)
    const { step } = widthRules[model]
    const widths = heads.map((nHead) => ({ nHead, nEmbd: nHead * headDim }))
    return widths.filter(({ nEmbd }) => nEmbd >= runLimits.nEmbd.min && nEmbd % step === 0)
  }
  const { min, step } = runLimits.nEmbd
  return Array.from({ length: (nEmbd - min) / step }, (_, i) => ({ nEmbd: nEmbd - (i + 1) * step }))
}

/** Fewer examples a step, an eighth at least: with fewer, the other numbers would be wrong. Without parts, whose loop needs memory. */
function* fewerOf(config: RunConfig): Generator<Change> {
  for (const batchSize of halves(config.batchSize, config.batchSize / 8))
    for (const change of partsOf({ ...config, batchSize, accumulation: batchSize }))
      yield { ...change, batchSize, accumulation: 1 }
}

/** Another model, the nearest first, each in ever more parts: a shorter window, fewer layers, narrower ones. */
function* smallerOf(config: RunConfig): Generator<Change> {
  const windows = halves(config.blockSize, shortestWindow).map((blockSize) => ({ blockSize }))
  const layers = halves(config.nLayer, fewestLayers).map((nLayer) => ({ ...windows.at(-1), nLayer }))
  const narrow = narrower(config).map((width) => ({ ...windows.at(-1), ...layers.at(-1), ...width }))
  for (const model of [...windows, ...layers, ...narrow])
    for (const change of partsOf({ ...config, ...model })) yield { ...model, ...change }
}

/** @param wantedBytes what is better not gone beyond: more, up to `freeBytes`, is taken only where no change stays below */
function firstThatFits(
  changes: Iterable<Change>,
  config: RunConfig,
  vocabSize: number,
  freeBytes: number,
  wantedBytes = freeBytes,
): Change | null {
  let tight: Change | null = null
  for (const change of changes) {
    const bytes = memoryOf({ ...config, ...change }, vocabSize)
    if (bytes <= wantedBytes) return change
    if (bytes <= freeBytes) tight ??= change
  }
  return tight
}

/** What a suggestion gives up so that it fits: nothing where it does, or where only another model would. */
export function inSmallerParts(config: RunConfig, vocabSize: number, freeBytes: number): Change {
  if (memoryOf(config, vocabSize) <= freeBytes) return {}
  return firstThatFits([...partsOf(config), ...fewerOf(config)], config, vocabSize, freeBytes) ?? {}
}

/**
 * Refuses what surely does not fit into the memory that is free, and offers the largest that does: the same in more
 * parts before a smaller one. What is offered leaves the margin of the prediction, unless what is learned would have to
 * give for that: better a warning, and a run that runs out of memory goes on in more parts.
 * @returns null where it may fit
 */
export function memoryProblem(config: RunConfig, vocabSize: number, freeBytes: number): ConfigProblem | null {
  const neededBytes = memoryOf(config, vocabSize)
  if (margin * neededBytes <= freeBytes) return null
  const fitting = (changes: Iterable<Change>): Change | null =>
    firstThatFits(changes, config, vocabSize, freeBytes, freeBytes / memoryMargin)
  const fix = fitting(partsOf(config)) ?? fitting(fewerOf(config)) ?? fitting(smallerOf(config))
  const params = { neededGb: gigabytes(neededBytes), freeGb: gigabytes(freeBytes) }
  return { field: 'batchSize', error: { code: 'config.tooLargeForMemory', params }, fix }
}

/** Why a run cannot go on now, and how it could. */
export interface MemoryToResume {
  readonly neededBytes: number
  /** Other ways to compute the same steps that fit, and what they need; null where there are none. */
  readonly less: { readonly change: Change; readonly neededBytes: number } | null
}

/**
 * As `memoryProblem`, for a run that has begun: what it learns must stay as it is.
 * @param config as it would go on
 * @returns null where it may fit
 */
export function memoryToResume(config: RunConfig, vocabSize: number, freeBytes: number): MemoryToResume | null {
  const neededBytes = memoryOf(config, vocabSize)
  if (margin * neededBytes <= freeBytes) return null
  // In XLA parts cost no time: a plain graph only where they are not enough.
  const plain = { compile: 'graph' } as const
  const ways = [...partsOf(config), ...[...partsOf({ ...config, ...plain })].map((change) => ({ ...change, ...plain }))]
  const change = firstThatFits(ways, config, vocabSize, freeBytes)
  const less = change && { change, neededBytes: memoryOf({ ...config, ...change }, vocabSize) }
  return { neededBytes, less }
}
