import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunConfig } from '../../src-preload/contract/records'
import type { GenerationEnd } from '../backend/jobs/protocol'
import { decodeStep, disposeDecodeState, type DecodeState } from './model/decode'
import type { ModelOps, Weights } from './runtime/ops'
import { sampleToken, type SeededSampling } from './sampling'
import { StopStrings } from './stop-strings'
import type { Tokenizer } from './tokenizer/tokenizer'

/** A model that can be asked for the next token: on the engine that is open. */
export interface LanguageModel {
  readonly config: RunConfig
  readonly weights: Weights
  /** Of the engine, in evaluation mode. */
  readonly ops: ModelOps
}

export interface GeneratedText {
  /** New text since the last one: whole characters, never a part of a stop string; may be empty. */
  readonly text: string
  /** Tokens so far. */
  readonly tokens: number
}

/**
 * Continues a prompt, a token at a time. Messages and timers run between tokens, so that a signal is heard.
 * Returns why it ended; the text does not repeat the prompt. The weights stay the caller's.
 */
export async function* generate(
  model: LanguageModel,
  tokenizer: Tokenizer,
  prompt: string,
  sampling: SeededSampling,
  signal: AbortSignal,
): AsyncGenerator<GeneratedText, GenerationEnd> {
  const stops = new StopStrings(sampling.stop)
  const characters = tokenizer.decodeStream()
  let ids = promptIds(tokenizer, prompt)
  let state: DecodeState | null = null
  let tokens = 0
  try {
    while (tokens < sampling.maxTokens) {
      await nextTurn()
      if (signal.aborted) return 'cancelled'
      const decoded = decodeStep(model.config, model.weights, ids, state, model.ops)
      state = decoded.state
      // One read a token: the choice is made on the host.
      const logits = await decoded.logits.data<'float32'>()
      decoded.logits.dispose()
      const id = sampleToken(Float32Array.from(logits), sampling, tokens, tokenizer.untrained)
      tokens += 1
      if (id === tokenizer.endOfText) {
        yield { text: stops.end(), tokens }
        return 'endOfText'
      }
      const { text, stopped } = stops.push(characters.push(id))
      yield { text, tokens }
      if (stopped) return 'stop'
      ids = [id]
    }
    yield { text: stops.end(), tokens }
    return 'length'
  } finally {
    if (state) disposeDecodeState(state)
  }
}

/** A text begins after the end of another one, or on a new line; training saw CRLF as LF. */
function promptIds(tokenizer: Tokenizer, prompt: string): number[] {
  const ids = tokenizer.encode(prompt.replaceAll('\r\n', '\n'))
  if (ids.length > 0) return ids
  if (tokenizer.endOfText !== null) return [tokenizer.endOfText]
  const newLine = tokenizer.encode('\n').filter((id) => id !== tokenizer.untrained)
  return newLine.length > 0 ? newLine : [tokenizer.untrained === 0 ? 1 : 0]
}
