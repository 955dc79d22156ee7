import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../src-preload/contract/errors'
import type { JobRequest, JobTask } from '../../backend/jobs/protocol'
import { newestCheckpoint, openCheckpoint, type OpenCheckpoint } from '../checkpoint'
import { generate } from '../generate'
import { modelFrom } from '../model/registry'
import type { Decoder } from '../runtime/decoder'
import { openEngine } from '../runtime/engine'
import type { TensorData } from '../ops'
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer'
import type { Emit } from './emit'

type GenerateTask = Extract<JobTask, { kind: 'generate' }>
export type GenerateRequest = Extract<JobRequest, { kind: 'generate' }>

/** Prompts for a loaded model, in order. */
export interface PromptQueue {
  /** The next one; null when the job is told to end. */
  next(): Promise<GenerateRequest | null>
  /** Aborted when this generation is stopped. */
  signalOf(generationId: string): AbortSignal
}

/** Loads a checkpoint and answers prompts until the job is told to end. A failed prompt ends the job. */
export async function runGenerate(task: GenerateTask, emit: Emit, prompts: PromptQueue): Promise<void> {
  const { checkpoint, weights } = await loadNewest(task)
  const { tokenizer, hash } = await loadTokenizer(join(task.runDir, 'tokenizer.json'))
  if (hash !== checkpoint.tokenizerHash) throw new AppError('tokenizer.damaged', { file: 'tokenizer.json' })
  const engine = await openEngine({ ...task.engineOptions, talks: true })
  const decoder = engine.openDecoder(modelFrom(checkpoint.config, checkpoint.vocabSize), weights, {
    compile: 'auto',
    precision: 'float32',
  })
  await emit({ kind: 'ready', engine: engine.id, step: checkpoint.step })
  for (let request = await prompts.next(); request; request = await prompts.next()) {
    await answer(decoder, tokenizer, request, emit, prompts.signalOf(request.generationId))
  }
}

interface LoadedModel {
  readonly checkpoint: OpenCheckpoint
  readonly weights: ReadonlyMap<string, TensorData>
}

/** A training beside this may replace the checkpoint while it is read: then there is a newer one. */
async function loadNewest({ runDir, checkpoint: kind }: GenerateTask): Promise<LoadedModel> {
  for (let attempt = 1; ; attempt++) {
    const dir = await newestCheckpoint(runDir, kind)
    if (dir === null) throw new AppError('run.noCheckpoint')
    try {
      const checkpoint = await openCheckpoint(dir, { optimizer: false })
      return { checkpoint, weights: checkpoint.weights.all() }
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'checkpoint.missing' || attempt === 5) throw error
      await sleep(100)
    }
  }
}

/** Streams one answer; pieces that come faster than one every 30 ms travel together. */
async function answer(
  decoder: Decoder,
  tokenizer: Tokenizer,
  { generationId, prompt, sampling }: GenerateRequest,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  const seed = sampling.seed ?? randomInt(2 ** 31)
  const startedAt = performance.now()
  let sentAt = 0
  let text = ''
  let tokens = 0
  const event = (end: Extract<Parameters<Emit>[0], { kind: 'generated' }>['end']) => {
    const seconds = Math.max(1e-3, (performance.now() - startedAt) / 1000)
    return { kind: 'generated', generationId, text, tokens, tokensPerSecond: tokens / seconds, seed, end } as const
  }
  const pieces = generate(decoder, tokenizer, prompt, { ...sampling, seed }, signal)
  for (;;) {
    const next = await pieces.next()
    if (next.done) {
      await emit(event(next.value))
      return
    }
    text += next.value.text
    tokens = next.value.tokens
    if (performance.now() - sentAt < 30) continue
    sentAt = performance.now()
    await emit(event(null))
    text = ''
  }
}
