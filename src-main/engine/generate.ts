import { setImmediate as nextTurn } from 'node:timers/promises'
import type { GenerationEnd } from '../backend/jobs/protocol'
import { normalizeText } from './corpus/normalize'
import type { Decoder } from './runtime/decoder'
import { sampleToken, type SeededSampling } from './sampling'
import { StopStrings } from './stop-strings'
import type { Tokenizer } from './tokenizer/tokenizer'

/** What generating needs of a tokenizer. */
export type Reader = Pick<Tokenizer, 'encode' | 'decodeStream' | 'endOfText' | 'untrained'>

export interface GeneratedText {
  /** New text since the last one: whole characters, never a part of a stop string; may be empty. */
  readonly text: string
  /** Tokens so far. */
  readonly tokens: number
}

/**
 * Continues a prompt, a token at a time. Messages and timers run between tokens, so that a signal is heard.
 * Returns why it ended; the text does not repeat the prompt. The decoder stays the caller's.
 */
export async function* generate(
  decoder: Decoder,
  tokenizer: Reader,
  prompt: string,
  sampling: SeededSampling,
  signal: AbortSignal,
): AsyncGenerator<GeneratedText, GenerationEnd> {
  const stops = new StopStrings(sampling.stop.map(normalizeText))
  const characters = tokenizer.decodeStream()
  let ids = promptIds(tokenizer, prompt)
  decoder.begin(ids.length + sampling.maxTokens)
  for (let tokens = 1; tokens <= sampling.maxTokens; tokens++) {
    await nextTurn()
    if (signal.aborted) return 'cancelled'
    const logits = await decoder.feed(ids)
    // The choice is made on the host.
    const id = sampleToken(logits, sampling, tokens - 1, tokenizer.untrained)
    if (id === tokenizer.endOfText) {
      yield { text: stops.end(), tokens }
      return 'endOfText'
    }
    const { text, stopped } = stops.push(characters.push(id))
    yield { text, tokens }
    if (stopped) return 'stop'
    ids = [id]
  }
  yield { text: stops.end(), tokens: sampling.maxTokens }
  return 'length'
}

/** A text begins after the end of another one, or on a new line. */
function promptIds(tokenizer: Reader, prompt: string): number[] {
  const ids = tokenizer.encode(normalizeText(prompt))
  if (ids.length > 0) return ids
  if (tokenizer.endOfText !== null) return [tokenizer.endOfText]
  const newLine = tokenizer.encode('\n').filter((id) => id !== tokenizer.untrained)
  return newLine.length > 0 ? newLine : [tokenizer.untrained === 0 ? 1 : 0]
}
