import { AppError } from '../../../src-preload/contract/errors'
import { RandomStream } from '../random'
import type { TokenStore } from './token-store'

export interface Batch {
  /** int32 [rows, blockSize]: what the model reads. */
  readonly x: Int32Array
  /** int32 [rows, blockSize]: the next token of each. */
  readonly y: Int32Array
  readonly rows: number
}

interface BatchShape {
  readonly batchSize: number
  readonly blockSize: number
}

/**
 * Training batch of one step: `batchSize` windows at random places, as nanoGPT's get_batch. A pure function of
 * (store, seed, step), so a resumed run sees exactly the batches that it would have seen.
 * Throws `config.contextTooLong` where the text is shorter than one window and its next token.
 */
export function batchAt(store: TokenStore, at: BatchShape & { readonly seed: number; readonly step: number }): Batch {
  checkLength(store, at.blockSize)
  const places = store.count - at.blockSize
  const random = new RandomStream(at.seed, 'batches', at.step)
  const starts = Array.from({ length: at.batchSize }, () => random.intBelow(places))
  return windows(store, starts, at.blockSize)
}

/**
 * Validation batches, the same every time: `batches` × `batchSize` windows, spread evenly from the first to the last place.
 * 0, or more than the text holds: the whole text once, in order, the last batch with fewer rows; only the tokens after the
 * last whole window are left out (less than one window).
 * Throws `config.contextTooLong`.
 */
export function* evalBatches(store: TokenStore, how: BatchShape & { readonly batches: number }): Generator<Batch> {
  const { batchSize, blockSize, batches } = how
  checkLength(store, blockSize)
  const count = Math.floor((store.count - 1) / blockSize)
  const total = batches * batchSize
  // Windows that overlap would tell nothing more, and on a short text take longer than the steps between.
  if (batches > 0 && total < count) {
    const last = store.count - blockSize - 1
    const startOf = (i: number): number => (total === 1 ? 0 : Math.floor((i * last) / (total - 1)))
    for (let b = 0; b < batches; b++) {
      yield windows(
        store,
        Array.from({ length: batchSize }, (_, row) => startOf(b * batchSize + row)),
        blockSize,
      )
    }
    return
  }
  for (let first = 0; first < count; first += batchSize) {
    const rows = Math.min(batchSize, count - first)
    yield windows(
      store,
      Array.from({ length: rows }, (_, row) => (first + row) * blockSize),
      blockSize,
    )
  }
}

function checkLength(store: TokenStore, blockSize: number): void {
  if (store.count < blockSize + 1) {
    throw new AppError('config.contextTooLong', { blockSize, available: Math.max(0, store.count - 1) })
  }
}

function windows(store: TokenStore, starts: readonly number[], blockSize: number): Batch {
  const x = new Int32Array(starts.length * blockSize)
  const y = new Int32Array(starts.length * blockSize)
  const window = new Int32Array(blockSize + 1)
  starts.forEach((start, row) => {
    store.read(start, window)
    x.set(window.subarray(0, blockSize), row * blockSize)
    y.set(window.subarray(1), row * blockSize)
  })
  return { x, y, rows: starts.length }
}
