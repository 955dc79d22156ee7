import * as tf from '@tensorflow/tfjs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../src-main/engine/runtime/engine'
import { openTensorFlowBackend, type TensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import { dtypes } from '../../src-main/engine/runtime/tensorflow/dtypes'
import { tensorFlowOps } from '../../src-main/engine/runtime/tensorflow/ops'
import { GraphRecorder } from '../../src-main/engine/runtime/tensorflow/recorder'
import { Variable } from '../../src-main/engine/runtime/tensorflow/variables'
import { tensorflowDir } from '../tensorflow-dir'
import { open } from './engine-fixture'

let engine: Engine
let backend: TensorFlowBackend

beforeAll(async () => {
  engine = await open('tensorflow')
  backend = await openTensorFlowBackend(tensorflowDir())
})

describe('eager operations on libtensorflow', () => {
  it('computes with the kernels of TensorFlow.js', () => {
    const result = tf.tidy(() => {
      const a = tf.tensor2d([1, 2, 3, 4], [2, 2])
      const joined = tf.concat([tf.matMul(a, a, false, true), a.relu()], 1) // [[5, 11, 1, 2], [11, 25, 3, 4]]
      return tf.stack([joined.sum(1), joined.max(1)]).arraySync()
    })
    expect(result).toEqual([
      [19, 43],
      [11, 25],
    ])
  })

  it('keeps int32 and bool as they are', () => {
    const [ints, bools] = tf.tidy(() => {
      const x = tf.tensor1d([-7, 2147483647], 'int32')
      return [x.dataSync(), x.less(0).dataSync()] as const
    })
    expect([...ints]).toEqual([-7, 2147483647])
    expect([...bools]).toEqual([1, 0])
  })

  it('carries the message of TensorFlow in its errors', () => {
    const a = backend.context.newHandle(dtypes.float32, [2], [1, 2])
    expect(() => backend.context.execute('NoSuchOp', [a], 1)).toThrow(/NoSuchOp/)
    const matrices = (): tf.Tensor => tf.matMul(tf.ones([2, 3]), tf.ones([2, 3]))
    expect(() => tf.tidy(matrices)).toThrow(/engine\.failed .*Matrix size-incompatible/)
    backend.context.release([a])
  })

  it('frees every tensor that it is asked to free', () => {
    const before = backend.binding.getNumOfTensors()
    for (let i = 0; i < 50; i++)
      tf.tidy(() =>
        tf
          .randomStandardNormal([3, 3])
          .matMul(tf.ones([3, 3]))
          .dataSync(),
      )
    expect(backend.binding.getNumOfTensors()).toBe(before)
  })

  it('reads and writes variables', () => {
    const variable = new Variable(backend.context, [3])
    expect(variable.read()).toEqual(Float32Array.of(0, 0, 0))
    variable.write(Float32Array.of(1, 2, 3))
    const before = variable.readHandle()
    variable.write(Float32Array.of(4, 5, 6))
    expect([...variable.read()]).toEqual([4, 5, 6])
    // What was read before the write keeps its value: a snapshot for generating rests on it.
    expect([...new Float32Array(backend.context.read(before).buffer)]).toEqual([1, 2, 3])
    backend.context.release([before])
    variable.destroy()
  })
})

describe('recording', () => {
  it('turns the same calls into a function that gives the same numbers', () => {
    const compute = (x: tf.Tensor): tf.Tensor => tf.tidy(() => tf.concat([x.square(), x.mul(3).softmax()], 0).add(1))
    const values = Float32Array.of(0.5, -1, 2)
    const expected = tf.tidy(() => compute(tf.tensor1d(values)).dataSync())

    const recorder = new GraphRecorder(backend.context, 'recorded')
    backend.binding.recorder = recorder
    const input = recorder.placeholder(dtypes.float32, [3])
    tf.tidy(() => {
      const result = compute(backend.tensorOf(input))
      expect(result.shape).toEqual([6])
      expect(() => result.dataSync()).toThrow(/not computed yet/)
      recorder.register([backend.binding.outputOf(backend.idOf(result))], { compileWithXla: false })
    })
    backend.binding.recorder = null
    recorder.close()

    const feed = backend.context.newHandle(dtypes.float32, [3], values)
    const outputs = backend.context.execute('recorded', [feed], 1)
    const [output] = outputs
    expect(output && new Float32Array(backend.context.read(output).buffer)).toEqual(expected)
    backend.context.release([feed, ...outputs])
    backend.context.removeFunction('recorded')
  })
})

describe('dropout on TensorFlow', () => {
  const maskOf = (step: number, site: number, rate = 0.3): Float32Array => {
    const key = backend.binding.createTensor([1], dtypes.uint64, [step])
    const ops = tensorFlowOps(backend, { key })
    const mask = tf.tidy(() => ops.dropout(tf.ones([100, 100]), rate, site).dataSync<'float32'>())
    backend.binding.deleteTensor(key)
    return mask
  }
  const dropped = (mask: Float32Array): number => mask.filter((x) => x === 0).length

  it('drops the asked share and scales the rest', () => {
    const mask = maskOf(1, 0)
    // Five standard deviations of a binomial with n = 10,000, p = 0.3.
    expect(Math.abs(dropped(mask) - 3000)).toBeLessThan(230)
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / 0.7)]))
  })

  it('is repeatable, and independent between sites and steps', () => {
    expect(maskOf(1, 0)).toEqual(maskOf(1, 0))
    for (const other of [maskOf(2, 0), maskOf(1, 1), maskOf(1, 2)]) {
      const both = maskOf(1, 0).filter((x, i) => x === 0 && other[i] === 0).length
      // Independent masks share 0.3 · 0.3 of the places.
      expect(Math.abs(both - 900)).toBeLessThan(150)
    }
  })

  it('is off outside of training', () => {
    const x = tf.ones([4])
    expect(engine.ops.dropout(x, 0.5, 0)).toBe(x)
    x.dispose()
  })
})

describe('choice of engine', () => {
  it('falls back to WASM where there is no library, and says why', async () => {
    const auto = await openEngine({ engine: 'auto', tensorflowDirs: ['/nowhere'] })
    expect(auto.id).toBe('wasm')
    expect(auto.fallbackReason).toMatchObject({ code: 'engine.unavailable', params: { reason: 'missing' } })
    const asked = openEngine({ engine: 'tensorflow', tensorflowDirs: ['/nowhere'] })
    await expect(asked).rejects.toMatchObject({ code: 'engine.unavailable' })
    engine.activate()
  })

  it('refuses a file that is no library', async () => {
    const { loadCApi } = await import('../../src-main/engine/runtime/tensorflow/c-api')
    const dir = await mkdtemp(join(tmpdir(), 'homegrown-library-'))
    const name = { linux: 'libtensorflow_cc.so.2', darwin: 'libtensorflow_cc.2.dylib' }[process.platform as 'linux']
    await writeFile(join(dir, name), 'not a library')
    expect(() => loadCApi(dir)).toThrow(/notLoadable/)
  })
})
