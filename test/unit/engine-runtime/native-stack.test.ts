import koffi from 'koffi'
import { describe, expect, it } from 'vitest'
import '../../../src-main/engine/runtime/tensorflow/c-api'

describe('calls of the native library', () => {
  it('have the stack of a thread: XLA for graphics cards overflows the 128 kB that koffi gives', () => {
    const { sync_stack_size, async_stack_size } = koffi.config()
    expect(sync_stack_size).toBeGreaterThanOrEqual(8 * 1024 ** 2)
    expect(async_stack_size).toBeGreaterThanOrEqual(8 * 1024 ** 2)
  })
})
