import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { TrainEvent } from '../../backend/jobs/protocol'
import { samplingLimits } from '../../../src-preload/contract/limits'
import { generate, type Reader } from '../generate'
import { decodeModelOf } from '../model/decode'
import type { Engine } from '../runtime/engine'
import type { TrainStep } from '../train-step'
import type { Training } from './training'

/** Enough to see what the model has learned; every token costs about as much as a fifth of a small training step. */
const sampleTokens = 80

/** The sample of this step; nothing where the signal ended it. */
export async function* sampleNow({ own, data, engine, trainStep, run, signal }: Training): AsyncGenerator<TrainEvent> {
  const text = await sampleText(trainStep, engine, data.tokenizer, own.config, signal)
  if (text !== null) yield { kind: 'sample', step: run.step, prompt: own.config.samplePrompt, text }
}

/**
 * What the model says at this point of the training: the same prompt and seed every time, so that only the model
 * changes. @returns null when the signal ended it
 */
export async function sampleText(
  trainStep: TrainStep,
  engine: Engine,
  tokenizer: Reader,
  config: RunConfig,
  signal: AbortSignal,
): Promise<string | null> {
  const sampling = {
    temperature: samplingLimits.temperature.default,
    topK: samplingLimits.topK.default,
    topP: samplingLimits.topP.default,
    maxTokens: sampleTokens,
    stop: [],
    seed: config.seed,
  }
  // Compiling would take longer than the few tokens.
  const options = { compile: 'graph', precision: 'float32' } as const
  const weights = await trainStep.readWeights()
  const decoder = engine.openDecoder(decodeModelOf(config), weights, options)
  trainStep.release(weights)
  try {
    let text = ''
    const pieces = generate(decoder, tokenizer, config.samplePrompt, sampling, signal)
    for await (const piece of pieces) text += piece.text
    return signal.aborted ? null : text
  } finally {
    decoder.close()
  }
}
