import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { forward } from '../../src-main/engine/forward'
import { countOf, logitsOf, lossSumOf } from '../../src-main/engine/layers/head'
import { openEngine, type Engine } from '../../src-main/engine/runtime/engine'
import type { TrainStep } from '../../src-main/engine/train-step'
import { tensorflowDir } from '../tensorflow-dir'
import { farthest, greedily, readGolden, readGreedy, undetermined, withWindow, type Golden } from './numbers'

/**
 * Absolute tolerances. Logits are of order 1, gradients up to order 1, a step moves a weight by up to 1e-3: float32
 * rounding in another order of summation stays below a hundredth of what any real mistake would do.
 */
const tolerance = { logits: 2e-5, loss: 5e-6, gradient: 1e-5, weightAfter3: 1e-5, gradNorm: 2e-5, curve: 1e-3 }

const engines = ['tensorflow', 'wasm'] as const
const runs: readonly { engine: (typeof engines)[number]; compile: 'graph' | 'xla'; accumulation?: number }[] = [
  { engine: 'tensorflow', compile: 'graph' },
  { engine: 'tensorflow', compile: 'xla' },
  { engine: 'wasm', compile: 'graph' },
]

const opened = new Map<string, Engine>()
beforeAll(async () => {
  for (const engine of engines) {
    opened.set(engine, await openEngine({ engine, tensorflowDirs: [tensorflowDir()] }))
  }
})

function use(name: (typeof engines)[number]): Engine {
  const engine = opened.get(name)
  if (engine === undefined) throw new Error(`${name} did not open`)
  engine.activate()
  return engine
}

describe.each(['gpt', 'llama', 'llama3', 'qwen2', 'lstm', 'gpt-answers'] as const)('%s equals PyTorch', (model) => {
  let golden: Golden
  beforeAll(async () => {
    golden = await readGolden(model)
  })

  test.each(engines)('%s, op by op: logits, loss and every gradient', (name) => {
    const { ops } = use(name)
    const { config, batches, spec } = golden
    const [{ x, y }] = batches as [Golden['batches'][number]]
    const names = [...golden.weights.keys()]
    const values = [...golden.weights.values()].map(({ shape, data }) => tf.tensor(data, [...shape]))
    const ids = tf.tensor2d(x, [config.batchSize, config.blockSize], 'int32')
    const targets = tf.tensor1d(y, 'int32')
    const named = (tensors: tf.Tensor[]): Map<string, tf.Tensor> =>
      new Map(names.map((key, i) => [key, tensors[i] as tf.Tensor]))

    const logits = logitsOf(forward(spec.model, named(values), ids, ops, spec))
    expect(farthest(logits.dataSync() as Float32Array, golden.logits)).toBeLessThan(tolerance.logits)

    const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) =>
      lossSumOf(forward(spec.model, named(tensors), ids, ops, spec), targets, ops)
        .div<tf.Scalar>(countOf(targets))
        .asScalar(),
    )(values)
    expect(Math.abs((value.dataSync()[0] ?? NaN) - (golden.losses[0] ?? NaN))).toBeLessThan(tolerance.loss)
    expect(names).toHaveLength(golden.gradients.size)
    for (const [i, key] of names.entries()) {
      const ours = grads[i]?.dataSync() as Float32Array
      const theirs = golden.gradients.get(key)?.data ?? new Float32Array()
      expect(farthest(ours, theirs), key).toBeLessThan(tolerance.gradient)
    }
  })

  // A row each: of the answers one row has two that count, and the other one seven.
  const ways = [...runs, { engine: 'tensorflow', compile: 'graph', accumulation: 2 } as const]
  describe.each(ways)('$engine, $compile, $accumulation', ({ engine, compile, accumulation = 1 }) => {
    let step: TrainStep
    const losses: number[] = []
    const norms: number[] = []

    test('three AdamW steps', async () => {
      step = await use(engine).compileStep({ ...golden.spec, accumulation }, { compile })
      step.writeWeights(golden.weights)
      for (let i = 0; i < 3; i++) await advance(i)
      const weights = await step.readWeights()
      expect([...weights.keys()].sort()).toEqual([...golden.after3.keys()].sort())
      for (const [name, { data }] of weights) {
        const theirs = golden.after3.get(name)?.data ?? new Float32Array()
        const skip = undetermined(name, golden.config.nEmbd)
        expect(farthest(data, theirs, skip), name).toBeLessThan(tolerance.weightAfter3)
      }
      expect(farthest(Float32Array.from(norms), Float32Array.from(golden.gradNorms.slice(0, 3)))).toBeLessThan(
        tolerance.gradNorm,
      )
    })

    test('a curve of 200 steps', async () => {
      for (let i = 3; i < golden.batches.length; i++) await advance(i)
      step.close()
      expect(losses).toHaveLength(200)
      expect(farthest(Float32Array.from(losses), Float32Array.from(golden.losses))).toBeLessThan(tolerance.curve)
    })

    async function advance(i: number): Promise<void> {
      const batch = golden.batches[i]
      if (batch === undefined) throw new Error(`no batch ${i}`)
      await step.run({ step: i + 1, learningRate: golden.learningRate, batch })
      const { lossNats, gradNorm } = await step.readMetrics()
      losses.push(lossNats)
      norms.push(gradNorm)
    }
  })
})

describe.each(['gpt', 'llama', 'llama3', 'qwen2', 'lstm'] as const)('%s talks as in PyTorch', (model) => {
  let golden: Golden
  beforeAll(async () => {
    golden = await readGolden(model)
  })

  test.each(runs)('$engine, $compile, token by token: the logits of every position', async ({ engine, compile }) => {
    const { config, vocabSize, batches, spec } = golden
    const options = { compile, precision: 'float32' } as const
    const decoder = use(engine).openDecoder(spec.model, golden.weights, options)
    for (const [t, id] of (batches[0]?.x.slice(0, config.blockSize) ?? []).entries()) {
      const theirs = golden.logits.subarray(t * vocabSize, (t + 1) * vocabSize)
      expect(farthest(await decoder.feed([id]), theirs), `position ${t}`).toBeLessThan(tolerance.logits)
    }
    decoder.close()
    expect.assertions(config.blockSize)
  })

  test.each(runs)('$engine, $compile: the same tokens, greedily', async ({ engine, compile }) => {
    const { blockSize, weights, ...text } = await readGreedy(model)
    const decoder = use(engine).openDecoder(withWindow(golden, blockSize), weights, { compile, precision: 'float32' })
    expect(await greedily(decoder, text)).toEqual(text.continuation)
    decoder.close()
  })
})
