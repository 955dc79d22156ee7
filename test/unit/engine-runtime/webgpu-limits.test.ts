import { expect, it } from 'vitest'
import { stepSpecOf } from '../../../src-main/engine/step-spec'
import { checkBufferSizes } from '../../../src-main/engine/runtime/webgpu/limits'
import { withDefaults } from '../../../src-preload/contract/limits'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'

/** What every card binds at least (WebGPU, 3.6.2). */
const smallest = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 }

function problemOf(change: Partial<RunConfig>): unknown {
  const shape = { nLayer: 2, nHead: 8, nEmbd: 128, blockSize: 1024, batchSize: 16, accumulation: 1 }
  try {
    checkBufferSizes(stepSpecOf(withDefaults({ ...shape, ...change }) as RunConfig, 512), smallest)
    return null
  } catch (error) {
    return error
  }
}

it('a step whose attention scores no buffer holds is refused, with the examples that fit', () => {
  // 8 heads · 1024² scores · 4 bytes: 32 MiB an example, four in a buffer.
  const refused = { code: 'memory.exhausted', params: { batchSize: 4, bufferBytes: 2 ** 27 } }
  expect(problemOf({})).toMatchObject(refused)
  expect(problemOf({ model: 'llama', batchSize: 5 })).toMatchObject(refused)
  expect(problemOf({ accumulation: 2 })).toMatchObject(refused)
  expect(problemOf({ accumulation: 4 })).toBeNull()
  expect(problemOf({ batchSize: 4 })).toBeNull()
  expect(problemOf({ blockSize: 2048, nHead: 16, batchSize: 1 })).toMatchObject({ params: { batchSize: 0 } })
})

it('an LSTM has none', () => {
  expect(problemOf({ model: 'lstm' })).toBeNull()
})
