import * as tf from '@tensorflow/tfjs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { evalBatches } from '../../src-main/engine/data/batches'
import { openTokens } from '../../src-main/engine/data/token-store'
import { openCheckpoint, newestCheckpoint } from '../../src-main/engine/checkpoint'
import { forwardOf } from '../model'
import { logitsOf } from '../../src-main/engine/layers/head'
import { train } from '../../src-main/engine/train'
import { tensorflowDir } from '../tensorflow-dir'
import { tokenized } from '../unit/data/corpus-fixture'
import { open, tinyConfig } from './engine-fixture'

/** Bits per byte where tokens are no bytes and texts end: an end-of-text mark has a loss and no bytes. */

let world: Awaited<ReturnType<typeof tokenized>>
beforeAll(async () => {
  const animals = ['cat', 'dog', 'bird', 'Füchsin', '蝴蝶']
  const texts = Array.from(
    { length: 300 },
    (_, i) => `The ${animals[i % 5] ?? ''} sees the ${animals[(3 * i) % 5] ?? ''}.`,
  )
  world = await tokenized(texts, 'bpe', 290)
})
afterAll(() => rm(world.root, { recursive: true }))

/** Of each target of the validation text its id and its loss in nats, computed op by op. */
async function targets(runDir: string, config: ReturnType<typeof tinyConfig>) {
  const engine = await open('tensorflow')
  engine.activate()
  const weights = (await openCheckpoint((await newestCheckpoint(runDir, 'best')) ?? '')).weights.all()
  const tokens = await openTokens(join(world.dir, 'val.bin'))
  const seen: { id: number; nats: number }[] = []
  for (const { x, y, rows } of evalBatches(tokens, { ...config, batches: 0 })) {
    const losses = tf.tidy(() => {
      const named = new Map(Array.from(weights, ([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]))
      const logits = logitsOf(forwardOf(config)(named, tf.tensor2d(x, [rows, config.blockSize], 'int32'), engine.ops))
      return engine.ops.sparseCrossEntropy(logits, tf.tensor1d(y, 'int32')).dataSync<'float32'>()
    })
    y.forEach((id, i) => seen.push({ id, nats: losses[i] ?? NaN }))
  }
  tokens.close()
  return seen
}

it.each([1, 2])('counts the loss and the bytes of the same tokens, in %i parts', async (accumulation) => {
  const runDir = join(world.root, `run ${accumulation}`)
  const change = {
    maxSteps: 30,
    warmupSteps: 0,
    evalInterval: 30,
    evalBatches: 0,
    sampleInterval: 0,
    learningRate: 1e-2,
  }
  const config = tinyConfig({ ...change, accumulation, compile: 'graph' })
  const engineOptions = { engine: 'tensorflow', tensorflowDirs: [tensorflowDir()] } as const
  const options = { runDir, tokenizedDir: world.dir, config, resume: false, engineOptions }
  let found = NaN
  for await (const event of train(options, new AbortController().signal))
    if (event.kind === 'eval') found = event.bitsPerByte
  const seen = await targets(runDir, config)
  const bytesOf = ({ id }: { id: number }): number => world.tokenizer.bytesOf(id).length
  const text = seen.filter((target) => bytesOf(target) > 0)
  expect(seen.length - text.length).toBeGreaterThan(20)
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
  const bitsPerByte = sum(text.map(({ nats }) => nats)) / Math.LN2 / sum(text.map(bytesOf))
  expect(found).toBeCloseTo(bitsPerByte, 4)
})
