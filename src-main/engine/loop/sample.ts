import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { TrainEvent } from '../../backend/jobs/protocol'
import { samplingLimits } from '../../../src-preload/contract/limits'
import { generate, type Reader } from '../generate'
import type { Model } from '../model/architecture'
import { modelFrom } from '../model/registry'
import type { Training } from './training'

/** Enough to see what the model has learned; every token costs about as much as a fifth of a small training step. */
const sampleTokens = 80

/** The sample of this step; nothing where the signal ended it. */
export async function* sampleNow({ own, data, engine, trainStep, run, signal }: Training): AsyncGenerator<TrainEvent> {
  const { config, vocabSize } = own
  const model = modelFrom(config, vocabSize)
  const text = await sampleText({ trainStep, engine, model, tokenizer: data.tokenizer, config }, signal)
  if (text !== null) yield { kind: 'sample', step: run.step, prompt: config.samplePrompt, text }
}

interface SampleOf extends Pick<Training, 'trainStep' | 'engine'> {
  readonly model: Model
  readonly tokenizer: Reader
  readonly config: RunConfig
}

/**
 * What the model says at this point of the training: the same prompt and seed every time, so that only the model
 * changes. @returns null when the signal ended it
 */
export async function sampleText(
  { trainStep, engine, model, tokenizer, config }: SampleOf,
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
  const decoder = engine.openDecoder(model, weights, options)
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
