import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { TrainEvent } from '../../backend/jobs/protocol'
import { evalBatches, type Batch } from '../data/batches'
import type { Tokens, TrainStep } from '../train-step'
import type { TrainingData } from './data'
import { save } from './save'
import { stage, type Training } from './training'

/** How well the model guesses a text that it does not learn from. */
export interface Evaluation {
  /** Mean over all tokens looked at, however they were batched. */
  readonly valLossNats: number
  readonly perplexity: number
  /**
   * Compares runs with different tokenizers: of the tokens that stand for text, the loss in bits over their bytes, as
   * nanochat's evaluate_bpb. An end-of-text mark counts in neither.
   */
  readonly bitsPerByte: number
  /** Share of next tokens guessed right. */
  readonly accuracy: number
}

/** Evaluates, and saves what is the best so far. */
export async function* evaluateNow(training: Training): AsyncGenerator<TrainEvent> {
  const { own, data, trainStep, run, signal } = training
  yield stage('evaluating')
  const evaluation = await evaluate(trainStep, data, own.config, signal)
  if (evaluation) {
    // The file before the news of it: a run of which an evaluation is known has a best state to go back to.
    if (run.evaluated(evaluation.valLossNats)) yield* save(training, 'best')
    const { step, tokens, clock } = run
    yield { kind: 'eval', step, tokens, elapsedMs: clock.elapsedMs, ...evaluation }
    // Cut short: a checkpoint that says so owes this evaluation, and a resumed run begins with it.
  } else run.valLossNats = null
  yield stage('training')
}

/**
 * Looks at config.evalBatches batches spread over the text (0: at all of it), the same ones every time.
 * @returns null when the signal ended it
 */
export async function evaluate(
  trainStep: TrainStep,
  { valTokens, tokenBytes }: Pick<TrainingData, 'valTokens' | 'tokenBytes'>,
  config: RunConfig,
  signal: AbortSignal,
): Promise<Evaluation | null> {
  const { batchSize, blockSize } = config
  const all = { lossNats: 0, right: 0, count: 0 }
  const text = { lossNats: 0, bytes: 0 }
  for (const batch of evalBatches(valTokens, { batchSize, blockSize, batches: config.evalBatches })) {
    if (signal.aborted) return null
    const { lossNats, right } = await trainStep.evaluate(fullBatch(batch, batchSize * blockSize))
    for (const [i, id] of batch.y.entries()) {
      const nats = lossNats[i] ?? NaN
      all.lossNats += nats
      all.right += right[i] ?? NaN
      const bytes = tokenBytes[id] ?? 0
      if (bytes === 0) continue
      text.lossNats += nats
      text.bytes += bytes
    }
    all.count += batch.y.length
  }
  const valLossNats = all.lossNats / all.count
  return {
    valLossNats,
    perplexity: Math.exp(valLossNats),
    bitsPerByte: text.lossNats / Math.LN2 / text.bytes,
    accuracy: all.right / all.count,
  }
}

/** A recorded evaluation has one shape: the last batch of a text is filled up with tokens that do not count. */
function fullBatch({ x, y }: Batch, size: number): Tokens {
  if (x.length === size) return { x, y }
  const filled = (tokens: Int32Array, rest: number): Int32Array => {
    const full = new Int32Array(size).fill(rest)
    full.set(tokens)
    return full
  }
  return { x: filled(x, 0), y: filled(y, -1) }
}
