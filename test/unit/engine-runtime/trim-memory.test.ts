import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { trimmingMemory } from '../../../src-main/engine/runtime/tensorflow/trim-memory'

test('memory is given back while work is under way, and once after it, however it ends', async () => {
  let calls = 0
  const trim = (): Promise<void> => {
    calls += 1
    return Promise.resolve()
  }
  const seen = await trimmingMemory(async () => {
    while (calls === 0) await wait(20)
    return calls
  }, trim)
  expect(calls).toBeGreaterThan(seen)
  const before = calls
  await expect(trimmingMemory(() => Promise.reject(new Error('no program')), trim)).rejects.toThrow('no program')
  expect(calls).toBe(before + 1)
})

test('with the C library of this system, and without one that can', async () => {
  expect(await trimmingMemory(() => Promise.resolve(7))).toBe(7)
  expect(await trimmingMemory(() => Promise.resolve(8), null)).toBe(8)
})
