import { expect, it } from 'vitest'
import type { ErrorCode } from '../../../src-preload/contract/errors'
import { endOf, followEnds } from '../../../src-preload/contract/run-ends'
import type { RunState } from '../../../src-preload/contract/records/runs'

const failed = (code: ErrorCode) => ({ state: 'failed', error: { code, params: {} } }) as const

it.each([
  [{ state: 'done', error: null }, 'done'],
  [{ state: 'interrupted', error: null }, 'interrupted'],
  [failed('memory.exhausted'), 'outOfMemory'],
  [failed('training.diverged'), 'diverged'],
  [failed('disk.full'), 'diskFull'],
  [failed('job.killed'), 'failed'],
  // Somebody has ended it, or it goes on.
  [{ state: 'paused', error: null }, null],
  [{ state: 'stopped', error: null }, null],
  [{ state: 'running', error: null }, null],
] as const)('%o: %s', (run, end) => {
  expect(endOf(run)).toBe(end)
})

it('tells an end once, and only of what was seen training', () => {
  const ended = followEnds()
  const is = (runId: string, state: RunState) => ended({ runId, state, error: null })
  expect(is('old', 'done')).toBeNull()
  expect([is('a', 'queued'), is('a', 'running'), is('a', 'done'), is('a', 'done')]).toEqual([null, null, 'done', null])
  expect([is('a', 'running'), is('a', 'paused'), is('a', 'done')]).toEqual([null, null, null])
})
