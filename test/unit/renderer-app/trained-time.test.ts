// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import { useTrainedTime } from '../../../src-renderer/composables/useTrainedTime'
import { afterEvent } from '../../../src-renderer/stores/runEvents'
import { record, runId, stepRow } from '../renderer-stores/records'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const open = (...change: Parameters<typeof record>) => {
  const run = shallowRef(record(...change))
  const scope = effectScope()
  const ms = scope.run(() => useTrainedTime(() => run.value))
  if (!ms) throw new Error('no scope')
  return { run, ms, scope }
}

it('ticks every second without an event, from the time in the record', () => {
  const { ms, scope } = open({ trainedMs: 60_000, trainedAt: 999_000 })
  expect(ms.value).toBe(61_000)
  for (let seconds = 1; seconds <= 70; seconds++) {
    vi.advanceTimersByTime(1000)
    expect(ms.value).toBe(61_000 + seconds * 1000)
  }
  scope.stop()
})

it('runs on through the news of steps, and follows where the run was held up', () => {
  const { run, ms, scope } = open({ trainedMs: 60_000, trainedAt: 1_000_000 })
  const news = (elapsedMs: number): void => {
    const rows = [{ ...stepRow(run.value.seq + 1, 1), elapsedMs }]
    run.value = afterEvent(run.value, { topic: 'run', runId, kind: 'steps', seq: run.value.seq + 1, rows })
  }
  vi.advanceTimersByTime(10_000)
  expect(ms.value).toBe(70_000)
  // A moment old.
  news(69_700)
  expect(ms.value).toBe(70_000)
  // The computer slept.
  news(62_000)
  expect(ms.value).toBe(62_000)
  scope.stop()
})

it('stands still when the run does', () => {
  const { run, ms, scope } = open({ trainedMs: 60_000, trainedAt: 1_000_000 })
  vi.advanceTimersByTime(5000)
  run.value = record({ state: 'paused', trainedMs: 64_500, trainedAt: null })
  expect(ms.value).toBe(64_500)
  vi.advanceTimersByTime(60_000)
  expect(ms.value).toBe(64_500)
  scope.stop()
})
