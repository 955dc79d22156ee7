import type { RunConfig } from '../../../src-preload/contract/records'
import type { TrainEvent } from '../../backend/jobs/protocol'
import { evalBatches, type Batch } from '../data/batches'
import type { TokenStore } from '../data/token-store'
import type { Tokens, TrainStep } from '../runtime/step'
import { save } from './save'
import { stage, type Training } from './training'

/** How well the model guesses a text that it does not learn from. */
export interface Evaluation {
  /** Mean over all tokens looked at, however they were batched. */
  readonly valLossNats: number
  readonly perplexity: number
  /** Compares runs with different tokenizers: nats a token, turned into bits, over bytes a token. */
  readonly bitsPerByte: number
  /** Share of next tokens guessed right. */
  readonly accuracy: number
}

/** Evaluates, and saves what is the best so far. */
export async function* evaluateNow(training: Training): AsyncGenerator<TrainEvent> {
  const { own, data, trainStep, run, signal } = training
  yield stage('evaluating')
  const evaluation = await evaluate(trainStep, data.valTokens, own.config, signal)
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
  tokens: TokenStore,
  config: RunConfig,
  signal: AbortSignal,
): Promise<Evaluation | null> {
  const { batchSize, blockSize } = config
  let lossNats = 0
  let correct = 0
  let counted = 0
  for (const batch of evalBatches(tokens, { batchSize, blockSize, batches: config.evalBatches })) {
    if (signal.aborted) return null
    const score = await trainStep.evaluate(fullBatch(batch, batchSize * blockSize), batch.x.length)
    lossNats += score.lossNats
    correct += score.correct
    counted += batch.x.length
  }
  const valLossNats = lossNats / counted
  return {
    valLossNats,
    perplexity: Math.exp(valLossNats),
    bitsPerByte: ((valLossNats / Math.LN2) * tokens.count) / tokens.bytes,
    accuracy: correct / counted,
  }
}

/** A recorded evaluation has one shape: the last batch of a text is filled up with tokens that do not count. */
function fullBatch({ x, y }: Batch, size: number): Tokens {
  if (x.length === size) return { x, y }
  const filled = (tokens: Int32Array): Int32Array => {
    const full = new Int32Array(size)
    full.set(tokens)
    return full
  }
  return { x: filled(x), y: filled(y) }
}
