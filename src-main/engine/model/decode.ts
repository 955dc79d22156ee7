import * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records'
import type { ModelOps, Weights } from '../runtime/ops'
import { gptHidden, gptLogits, type KeysValues } from './gpt'
import { linear } from './layers'
import { lstmStep, type LstmState } from './lstm-layer'
import { matrix, vector } from './weights'

/** What the model remembers of the tokens so far; owned by the caller, who passes it on or disposes it. */
export type DecodeState =
  | { readonly model: 'gpt'; readonly ids: readonly number[]; readonly past: readonly KeysValues[] }
  | { readonly model: 'lstm'; readonly layers: readonly LstmState[] }

export interface Decoded {
  /** Of the token after the last id: `[V]`. */
  readonly logits: tf.Tensor1D
  readonly state: DecodeState
}

/** The last row of `[N, D]`, as `[1, D]`. */
const lastRow = (rows: tf.Tensor2D): tf.Tensor2D => rows.slice([rows.shape[0] - 1, 0], [1, -1])

/**
 * A GPT sees at most blockSize tokens. A longer prompt is cut to the last blockSize ids, as nanoGPT's generate does.
 * When the window is full, its last half is computed anew and the rest forgotten: learned positions cannot be shifted,
 * and recomputing for every token, as nanoGPT does, would cost blockSize times as much.
 */
function windowAfter(blockSize: number, seen: readonly number[], ids: readonly number[]): readonly number[] {
  if (seen.length + ids.length <= blockSize) return [...seen, ...ids]
  const kept = Math.min(blockSize, Math.max(ids.length, blockSize >> 1))
  return [...seen, ...ids].slice(-kept)
}

function gptDecode(
  config: RunConfig,
  weights: Weights,
  ids: readonly number[],
  state: (DecodeState & { model: 'gpt' }) | null,
  ops: ModelOps,
): Decoded {
  const seen = state?.ids ?? []
  const window = windowAfter(config.blockSize, seen, ids)
  const goesOn = state !== null && window.length === seen.length + ids.length
  const input = goesOn ? ids : window
  const x = tf.tensor2d([...input], [1, input.length], 'int32')
  const { hidden, present } = gptHidden(config, weights, x, ops, goesOn ? state.past : null)
  return {
    logits: gptLogits(weights, lastRow(hidden)).reshape([-1]),
    state: { model: 'gpt', ids: window, past: present },
  }
}

function lstmDecode(
  config: RunConfig,
  weights: Weights,
  ids: readonly number[],
  state: (DecodeState & { model: 'lstm' }) | null,
  ops: ModelOps,
): Decoded {
  let h = ops.embedding(matrix(weights, 'wte.weight'), tf.tensor1d([...ids], 'int32')) // (t, D)
  const layers: LstmState[] = []
  for (let layer = 0; layer < config.nLayer; layer++) {
    const name = `lstm.${layer}`
    const projected = linear(h, matrix(weights, `${name}.weight_ih`), vector(weights, `${name}.bias`))
    const zero = tf.zeros<tf.Rank.R2>([1, config.nEmbd])
    let current = state?.layers[layer] ?? { hidden: zero, cell: zero }
    const hiddens: tf.Tensor2D[] = []
    for (const step of tf.split<tf.Tensor2D>(projected, ids.length, 0)) {
      current = lstmStep(step, current, matrix(weights, `${name}.weight_hh`))
      hiddens.push(current.hidden)
    }
    layers.push(current)
    h = tf.concat(hiddens, 0)
  }
  const logits = linear(lastRow(h), matrix(weights, 'lm_head.weight'), vector(weights, 'lm_head.bias'))
  return { logits: logits.reshape([-1]), state: { model: 'lstm', layers } }
}

function decode(config: RunConfig, weights: Weights, ids: readonly number[], state: DecodeState | null, ops: ModelOps) {
  switch (config.model) {
    case 'gpt':
      return gptDecode(config, weights, ids, state?.model === 'gpt' ? state : null, ops)
    case 'lstm':
      return lstmDecode(config, weights, ids, state?.model === 'lstm' ? state : null, ops)
  }
}

function tensorsOf(state: DecodeState): tf.Tensor[] {
  switch (state.model) {
    case 'gpt':
      return state.past.flatMap(({ keys, values }) => [keys, values])
    case 'lstm':
      return state.layers.flatMap(({ hidden, cell }) => [hidden, cell])
  }
}

/**
 * Feeds more tokens to a model that is generating: the whole prompt first (`state` null), then one id at a time. Runs
 * op by op on whatever engine is open; `ops` must be in evaluation mode. `state` is used up: only the returned one may
 * be passed on. The caller disposes `logits`.
 *
 * `ids`: at least one
 */
export function decodeStep(
  config: RunConfig,
  weights: Weights,
  ids: readonly number[],
  state: DecodeState | null,
  ops: ModelOps,
): Decoded {
  if (ids.length === 0) throw new Error('decodeStep: expected at least one id')
  let decoded: Decoded | undefined
  tf.tidy(() => {
    decoded = decode(config, weights, ids, state, ops)
    return [decoded.logits, ...tensorsOf(decoded.state)]
  })
  if (state !== null) disposeDecodeState(state)
  return decoded as Decoded
}

export function disposeDecodeState(state: DecodeState): void {
  tf.dispose(tensorsOf(state))
}
