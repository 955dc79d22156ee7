import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { modelOf, type Model } from '../../src-main/engine/model/architecture'
import { llama, type LlamaConfig } from '../../src-main/engine/model/llama'
import { modelFrom } from '../../src-main/engine/model/registry'
import { stepSpecOf } from '../../src-main/engine/step-spec'
import type { TensorData } from '../../src-main/engine/ops'
import type { Decoder } from '../../src-main/engine/runtime/decoder'
import type { StepSpec, Tokens } from '../../src-main/engine/train-step'
import { openSafetensors } from '../../src-main/engine/safetensors'
import { withDefaults } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'

/** PyTorch's numbers for one small model: what make_golden.py wrote. */
export interface Golden {
  readonly config: RunConfig
  readonly vocabSize: number
  readonly batches: readonly Tokens[]
  /** Before each step, nats. */
  readonly losses: readonly number[]
  /** Before clipping. */
  readonly gradNorms: readonly number[]
  readonly learningRate: number
  readonly logits: Float32Array
  readonly weights: ReadonlyMap<string, TensorData>
  readonly gradients: ReadonlyMap<string, TensorData>
  /** Weights after three steps. */
  readonly after3: ReadonlyMap<string, TensorData>
  readonly spec: StepSpec
}

interface Facts {
  readonly config: Partial<RunConfig>
  readonly vocabSize: number
  readonly optimizer: {
    learningRate: number
    beta1: number
    beta2: number
    epsilon: number
    weightDecay: number
    gradClip: number
  }
  /** Of each row the first position whose target counts; absent: all do. */
  readonly countedFrom?: readonly number[]
  readonly batches: readonly (readonly (readonly number[])[])[]
  readonly losses: readonly number[]
  readonly gradNorms: readonly number[]
  /** What a model of transformers is; absent: what a run's config makes. */
  readonly network?: LlamaConfig
}

export type GoldenName = RunConfig['model'] | 'gpt-answers' | 'llama3' | 'qwen2'

export async function readGolden(name: GoldenName): Promise<Golden> {
  const file = (extension: string): string => join(import.meta.dirname, `${name}.${extension}`)
  const facts = JSON.parse(readFileSync(file('json'), 'utf8')) as Facts
  const tensors = (await openSafetensors(file('safetensors'))).all()
  const under = (prefix: string): Map<string, TensorData> =>
    new Map(
      [...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, data]) => [name.slice(prefix.length), data]),
    )
  const config = withDefaults({ ...facts.config, ...facts.optimizer, dropout: 0 }) as RunConfig
  const { vocabSize, network } = facts
  const spec = stepSpecOf(config, vocabSize)
  return {
    config,
    vocabSize,
    batches: facts.batches.map((windows) => ({
      x: Int32Array.from(windows.flatMap((window) => window.slice(0, -1))),
      y: Int32Array.from(windows.flatMap((window, row) => window.slice(1).fill(-1, 0, facts.countedFrom?.[row] ?? 0))),
    })),
    losses: facts.losses,
    gradNorms: facts.gradNorms,
    learningRate: facts.optimizer.learningRate,
    logits: tensors.get('logits')?.data ?? new Float32Array(),
    weights: under('weights/'),
    gradients: under('gradients/'),
    after3: under('after3/'),
    spec: network ? { ...spec, model: modelOf(llama, network) } : spec,
  }
}

/** What PyTorch's model says after a prompt: what make_greedy.py wrote. */
export interface Greedy {
  readonly blockSize: number
  readonly prompt: readonly number[]
  readonly continuation: readonly number[]
  readonly weights: ReadonlyMap<string, TensorData>
}

export async function readGreedy(model: GoldenName): Promise<Greedy> {
  const file = (extension: string): string => join(import.meta.dirname, `greedy-${model}.${extension}`)
  const facts = JSON.parse(readFileSync(file('json'), 'utf8')) as Omit<Greedy, 'weights'>
  const tensors = (await openSafetensors(file('safetensors'))).all()
  return { ...facts, weights: new Map([...tensors].map(([name, data]) => [name.slice('weights/'.length), data])) }
}

/** The model that a greedy text is of: those of transformers have its window anyway. */
export const withWindow = ({ config, spec, vocabSize }: Golden, blockSize: number): Model =>
  config.model === 'llama' ? spec.model : modelFrom({ ...config, blockSize }, vocabSize)

/** What a decoder says after the same prompt, as many tokens. */
export async function greedily(decoder: Decoder, text: Pick<Greedy, 'prompt' | 'continuation'>): Promise<number[]> {
  const { prompt, continuation } = text
  decoder.begin(prompt.length + continuation.length)
  const ids: number[] = []
  for (let next = prompt; ids.length < continuation.length; next = ids.slice(-1)) {
    const logits = await decoder.feed(next)
    ids.push(logits.indexOf(Math.max(...logits)))
  }
  return ids
}

/**
 * Numbers of a weight whose gradient is 0 in exact arithmetic: a constant added to all of a position's scores changes
 * no softmax, so attention's key bias never learns. Rounding decides the gradient's sign, and Adam turns any sign into a
 * whole step: PyTorch in float32 and in float64 already differ here by 4.5e-4 after three steps.
 */
export function undetermined(name: string, width: number): { from: number; to: number } {
  return name.endsWith('attn.c_attn.bias') ? { from: width, to: 2 * width } : { from: 0, to: 0 }
}

/** Largest absolute difference outside of [skip.from, skip.to); NaN counts as infinitely far. */
export function farthest(a: Float32Array, b: Float32Array, skip = { from: 0, to: 0 }): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers and ${b.length}`)
  let worst = 0
  for (let i = 0; i < a.length; i++) {
    if (i >= skip.from && i < skip.to) continue
    const distance = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN))
    worst = Number.isNaN(distance) ? Infinity : Math.max(worst, distance)
  }
  return worst
}
