import { existsSync, readFileSync } from 'node:fs'
import koffi from 'koffi'
import { beforeAll, expect, it } from 'vitest'
import { openTensorFlowBackend, type TensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import type { TensorHandle } from '../../src-main/engine/runtime/tensorflow/c-api'
import { bytesOf, dtypes, numbersOf } from '../../src-main/engine/runtime/tensorflow/dtypes'
import { WeightArena } from '../../src-main/engine/runtime/tensorflow/weight-arena'
import { tensorflowDir } from '../tensorflow-dir'

let backend: TensorFlowBackend

beforeAll(async () => {
  backend = await openTensorFlowBackend(tensorflowDir())
})

/** Where TensorFlow has the numbers. */
function addressOf(handle: TensorHandle): bigint {
  const { context } = backend
  const tensor = context.checked((status) => context.api.TFE_TensorHandleResolve(handle, status))
  const address = koffi.address(context.api.TF_TensorData(tensor))
  context.api.TF_DeleteTensor(tensor)
  return address
}

/** Whether Linux was asked for large pages at an address: "hg" among the flags of its mapping (proc(5), smaps). */
function isAskedFor(address: bigint): boolean {
  let isWithin = false
  for (const line of readFileSync('/proc/self/smaps', 'utf8').split('\n')) {
    const [, begin, end] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line) ?? []
    if (begin && end) isWithin = address >= BigInt(`0x${begin}`) && address < BigInt(`0x${end}`)
    if (isWithin && line.startsWith('VmFlags:')) return line.includes(' hg')
  }
  throw new Error(`nothing lies at ${address.toString(16)}`)
}

it('puts weights side by side where large pages were asked for', () => {
  const { context } = backend
  const shapes = [
    [1024, 2048],
    [64, 32],
  ]
  const values = shapes.map(([rows = 0, columns = 0], i) =>
    Float32Array.from({ length: rows * columns }, (_, k) => k + i),
  )
  const room = new WeightArena(context, dtypes.float32, 4, shapes)
  const handles = shapes.map((shape, i) => room.add(shape, bytesOf(dtypes.float32, values[i] ?? [])))
  room.close()
  for (const [i, handle] of handles.entries()) {
    expect(context.describe(handle)).toEqual({ shape: shapes[i], dtype: dtypes.float32 })
    expect(numbersOf(dtypes.float32, context.read(handle))).toEqual(values[i])
  }
  const [large, small] = handles.map(addressOf) as [bigint, bigint]
  expect(small - large).toBe(4n * 1024n * 2048n)
  if (existsSync('/sys/kernel/mm/transparent_hugepage')) expect(isAskedFor(large + 2n ** 20n)).toBe(true)
  context.release(handles)
})

it('leaves weights outside that TensorFlow would copy to take them out', () => {
  const room = new WeightArena(backend.context, dtypes.float32, 4, [[3, 5]])
  expect([room.fits([3, 5]), room.fits([16, 3])]).toEqual([false, true])
  room.close()
})
