import { expect, it } from 'vitest'
import { newestStates, resumePoint, withState } from '../../../src-preload/contract/resume'
import { record } from '../renderer-stores/records'

const states = (...names: string[]) =>
  names.map((name) => {
    const [kind, step] = name.split('-')
    return { kind: kind as 'best' | 'last', step: Number(step) }
  })

it.each([
  [[], 'last-10', ['last-10']],
  [['best-10', 'last-10'], 'last-20', ['best-10', 'last-20', 'last-10']],
  [['best-10', 'last-20', 'last-10'], 'last-30', ['best-10', 'last-30', 'last-20']],
  [['best-10', 'last-20', 'last-10'], 'best-30', ['best-30', 'last-20', 'last-10']],
  // Saved again, or after the run has gone back: what lay beyond never happened.
  [['last-20', 'last-10'], 'last-20', ['last-20', 'last-10']],
  [['last-20', 'last-10'], 'last-15', ['last-15', 'last-10']],
  [['last-20', 'last-10'], 'last-8', ['last-8']],
])('of %j and %s these are kept: %j', (saved, added, kept) => {
  const [state] = states(added)
  if (!state) throw new Error('no state')
  expect(withState(states(...saved), state)).toEqual(states(...kept))
})

it('each kind has its newest state', () => {
  expect(newestStates(states('best-10', 'last-30', 'last-20'))).toEqual(states('best-10', 'last-30'))
})

it('a run goes on from its last state, and repeats what came after it', () => {
  const checkpoint = (kind: 'best' | 'last', step: number) => ({ kind, step, valLossNats: 1, savedAt: 1, sizeBytes: 1 })
  const run = record({ step: 840, trainedMs: 420_000, checkpoints: [checkpoint('best', 800), checkpoint('last', 748)] })
  expect(resumePoint(run)).toEqual({ step: 748, repeats: 92, repeatsMs: 46_000 })
  expect(resumePoint(record({ step: 30, trainedMs: 300 }))).toEqual({ step: 0, repeats: 30, repeatsMs: 300 })
  expect(resumePoint(record())).toEqual({ step: 0, repeats: 0, repeatsMs: 0 })
})
