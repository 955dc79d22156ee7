import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { composedOps } from '../../src-main/engine/runtime/composed-ops'
import type { Engine } from '../../src-main/engine/runtime/engine'
import type { OpenGpu } from '../../src-main/engine/runtime/webgpu/backend'
import {
  batchOf,
  compiled,
  countingFirst,
  expectExactResume,
  largestDifference,
  lossesOf,
  open,
  scored,
  specOf,
  tinyConfig,
} from './engine-fixture'
import { useSoftwareCard } from './vulkan'

const card = useSoftwareCard()

let wasm: Engine
let webgpu: Engine
let gpu: OpenGpu

const read = async (compute: () => tf.Tensor): Promise<Float32Array> => {
  const result = tf.tidy(compute)
  const numbers = Float32Array.from(await result.data())
  result.dispose()
  return numbers
}

describe.skipIf(card === null)('on a graphics card', () => {
  beforeAll(async () => {
    wasm = await open('wasm')
    webgpu = await open('webgpu')
    const { openWebGpuBackend } = await import('../../src-main/engine/runtime/webgpu/backend')
    gpu = await openWebGpuBackend()
    process.stderr.write(`WebGPU on ${gpu.name}\n`)
  })

  afterEach(() => {
    gpu.check()
  })

  describe.each(['gpt', 'lstm'] as const)('a %s', (model) => {
    it('learns as on WASM: 50 losses within 1e-3', async () => {
      const config = tinyConfig({ model, learningRate: 1e-2 })
      const slow = await compiled(wasm, config)
      const expected = await lossesOf(slow, config, 50)
      slow.close()
      const step = await compiled(webgpu, config)
      const losses = await lossesOf(step, config, 50)
      step.close()
      expect(losses[49]).toBeLessThan((losses[0] ?? NaN) - 0.1)
      const difference = largestDifference(losses, expected)
      process.stderr.write(`${model}: 50 losses differ by at most ${difference.toExponential(1)}\n`)
      expect(difference).toBeLessThan(1e-3)
    })

    it('goes on after a save as if nothing had happened, dropout included', async () => {
      await expectExactResume(webgpu, tinyConfig({ model, dropout: 0.2 }), 6)
    })
  })

  it('evaluates as WASM does, and dropout is off', async () => {
    const config = tinyConfig({ dropout: 0.5 })
    const [fast, slow] = [await compiled(webgpu, config), await compiled(wasm, config)]
    const batch = batchOf(config, 1)
    const [ours, theirs] = [await scored(fast, countingFirst(batch, 20)), await scored(slow, countingFirst(batch, 20))]
    expect(ours.lossNats).toBeCloseTo(theirs.lossNats, 3)
    expect(ours.correct).toBe(theirs.correct)
    fast.close()
    slow.close()
  })

  it('changes nothing in a step that went wrong', async () => {
    const config = tinyConfig()
    const step = await compiled(webgpu, config)
    const batch = batchOf(config, 1)
    const weights = await step.readWeights()
    const broken = new Map(weights)
    const bias = weights.get('ln_f.bias')
    if (!bias) throw new Error('no ln_f.bias')
    broken.set('ln_f.bias', { shape: bias.shape, data: bias.data.map(() => NaN) })
    step.writeWeights(broken)
    await step.run({ step: 1, learningRate: 1e-2, batch })
    expect((await step.readMetrics()).lossNats).toBeNaN()
    expect(await step.readWeights()).toEqual(broken)
    step.writeWeights(weights)
    await step.run({ step: 2, learningRate: 1e-2, batch })
    expect(await step.readWeights()).not.toEqual(weights)
    step.close()
  })

  it('keeps no tensor and no byte of 300 steps', async () => {
    const config = tinyConfig({ dropout: 0.1 })
    const step = await compiled(webgpu, config)
    for (let i = 1; i <= 20; i++) await step.run({ step: i, learningRate: 1e-3, batch: batchOf(config, i) })
    await step.readMetrics()
    const before = { tensors: tf.memory().numTensors, ...gpu.backend.memory() }
    for (let i = 21; i <= 320; i++) await step.run({ step: i, learningRate: 1e-3, batch: batchOf(config, i) })
    await step.readMetrics()
    expect({ tensors: tf.memory().numTensors, ...gpu.backend.memory() }).toEqual(before)
    step.close()
  })

  it('adds more terms than a card can bind', async () => {
    webgpu.activate()
    const terms = (): tf.Tensor[] => Array.from({ length: 40 }, (_, i) => tf.fill([33, 40], i))
    expect(await read(() => tf.addN(terms()).min())).toEqual(Float32Array.of(780))
    expect(await read(() => tf.addN(terms()).max())).toEqual(Float32Array.of(780))
  })

  it.each([
    [false, true],
    [true, false],
    [false, false],
    [true, true],
  ])('multiplies long rows, transposed %s and %s', async (transposeA, transposeB) => {
    const product = (): tf.Tensor => {
      const numbers = (size: number): tf.Tensor =>
        tf.tensor1d(Float32Array.from({ length: size }, (_, i) => Math.sin(i)))
      const [a, b] = [numbers(8 * 2048), numbers(64 * 2048)]
      const [left, right] = [
        a.reshape(transposeA ? [2048, 8] : [8, 2048]),
        b.reshape(transposeB ? [64, 2048] : [2048, 64]),
      ]
      return tf.matMul(left, right, transposeA, transposeB)
    }
    wasm.activate()
    const expected = await read(product)
    webgpu.activate()
    expect(largestDifference(await read(product), expected)).toBeLessThan(1e-2)
    expect(await read(product)).toEqual(await read(product))
  })

  it('sums segments in order, ignoring what is out of range', async () => {
    const sums = (): tf.Tensor => {
      const ids = tf.tensor1d([1, 1, 0, 9, 1], 'int32')
      return tf.unsortedSegmentSum(tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [5, 2]), ids, 3)
    }
    webgpu.activate()
    expect([...(await read(sums))]).toEqual([5, 6, 13, 16, 0, 0])
  })

  it('draws the dropout masks of the host', async () => {
    const { gpuOps } = await import('../../src-main/engine/runtime/webgpu/dropout')
    const key = { seed: 4_000_000_000, step: 77 }
    webgpu.activate()
    const onCard = await read(() => gpuOps(key).dropout(tf.ones([57, 31]), 0.3, 5))
    const onHost = await read(() => composedOps(key).dropout(tf.ones([57, 31]), 0.3, 5))
    expect(onCard).toEqual(onHost)
  })

  it('refuses a model whose tensors are larger than the card binds, with the batch that fits', async () => {
    const spec = { ...specOf(tinyConfig()), blockSize: 2048, batchSize: 100_000 }
    const error: unknown = await webgpu.compileStep(spec, { compile: 'graph' }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'memory.exhausted' })
    const { batchSize } = (error as { params: { batchSize: number } }).params
    expect(batchSize).toBeGreaterThan(0)
    const fits = await webgpu.compileStep({ ...spec, batchSize }, { compile: 'graph' })
    fits.close()
  })

  it('refuses attention whose scores are larger than the card binds: memory, no fault', async () => {
    const config = tinyConfig({ nHead: 8, nEmbd: 16, blockSize: 2048, batchSize: 64 })
    await expect(webgpu.compileStep(specOf(config), { compile: 'graph' })).rejects.toMatchObject({
      code: 'memory.exhausted',
    })
  })

  it('is not used when it is made of software, unless a test says so', async () => {
    delete process.env['HOMEGROWN_WEBGPU_SOFTWARE']
    const { openDevice } = await import('../../src-main/engine/runtime/webgpu/device')
    await expect(openDevice()).rejects.toMatchObject({ code: 'gpu.software' })
    process.env['HOMEGROWN_WEBGPU_SOFTWARE'] = '1'
  })

  it('ends a run when the device reports an error', async () => {
    const { openDevice } = await import('../../src-main/engine/runtime/webgpu/device')
    const { device, check } = await openDevice()
    expect(check).not.toThrow()
    device.createBuffer({ size: 16, usage: 0xffff })
    await device.queue.onSubmittedWorkDone()
    expect(check).toThrow(/engine.failed/)
  })

  it('counts a buffer larger than the card has as memory that ran out', async () => {
    const { openDevice } = await import('../../src-main/engine/runtime/webgpu/device')
    const { device, check } = await openDevice()
    device.createBuffer({ size: device.limits.maxBufferSize + 4, usage: GPUBufferUsage.STORAGE })
    await device.queue.onSubmittedWorkDone()
    expect(check).toThrow(/memory.exhausted/)
  })

  it('ends a run when the device is lost', async () => {
    const { openDevice } = await import('../../src-main/engine/runtime/webgpu/device')
    const { device, check } = await openDevice()
    device.destroy()
    await device.lost
    expect(check).toThrow(/device lost/)
  })
})
