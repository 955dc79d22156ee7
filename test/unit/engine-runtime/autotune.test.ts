import { describe, expect, it } from 'vitest'
import { LibraryError } from '../../../src-main/engine/runtime/library-error'
import type { Bfloat16Support } from '../../../src-main/engine/runtime/processor'
import type { CompileOptions, StepMode } from '../../../src-main/engine/train-step'
import { Autotuner, type ChosenWays } from '../../../src-main/engine/runtime/autotune'
import { AppError } from '../../../src-preload/contract/errors'

const keyOf = ({ tier, precision }: StepMode): string => `${tier} ${precision}`

interface Figures {
  readonly ms: Readonly<Record<string, number>>
  readonly loss?: Readonly<Record<string, number>>
  /** Cannot be prepared. */
  readonly broken?: string
  /** Cannot be measured. */
  readonly unmeasurable?: string
  /** Why. */
  readonly error?: Error
}

const refused = new LibraryError('engine.failed', { detail: 'UNIMPLEMENTED: no kernel' })

/** Decides until nothing is left to try; returns the ways in the order in which they were prepared. */
async function choose(
  options: CompileOptions,
  bfloat16: Bfloat16Support,
  { ms, loss = {}, broken, unmeasurable, error = refused }: Figures,
  before: ChosenWays | null = null,
) {
  const prepared: string[] = []
  const trials = {
    prepare: (mode: StepMode) => {
      prepared.push(keyOf(mode))
      return keyOf(mode) === broken ? Promise.reject(error) : Promise.resolve()
    },
    measure: (mode: StepMode) =>
      keyOf(mode) === unmeasurable
        ? Promise.reject(error)
        : Promise.resolve({ stepMs: ms[keyOf(mode)] ?? NaN, lossNats: loss[keyOf(mode)] ?? 3 }),
  }
  const choice = new Autotuner(options, bfloat16, trials, before)
  choice.start()
  const modes: string[] = []
  for (let step = 2; step < 12; step++) {
    if (before === null) await choice.preparing
    await choice.decide(step)
    modes.push(keyOf(choice.mode))
  }
  expect(choice.settled).toBe(true)
  return { prepared, mode: keyOf(choice.mode), modes, timings: choice.timings, chosen: choice.chosen }
}

const auto: CompileOptions = { compile: 'auto', precision: 'auto', plannedSteps: 2000 }
const small = { 'graph float32': 37, 'graph bfloat16': 30, 'xla float32': 31, 'xla bfloat16': 27 }
const large = { 'graph float32': 463, 'graph bfloat16': 301, 'xla float32': 452, 'xla bfloat16': 346 }

describe('the way a step is computed', () => {
  it('is the fastest of those tried, precision first, then XLA in the better one', async () => {
    expect(await choose(auto, 'native', { ms: small })).toMatchObject({
      prepared: ['graph bfloat16', 'xla bfloat16'],
      mode: 'xla bfloat16',
    })
    const { mode, timings } = await choose(auto, 'native', { ms: large })
    expect(mode).toBe('graph bfloat16')
    expect(timings.map(({ stepMs }) => stepMs)).toEqual([463, 301, 346])
  })

  it('is never bfloat16 where the processor cannot, where the loss disagrees or where the gain is small', async () => {
    expect((await choose(auto, 'none', { ms: small })).mode).toBe('xla float32')
    expect((await choose(auto, 'native', { ms: small, loss: { 'graph bfloat16': 3.1 } })).mode).toBe('xla float32')
    expect((await choose(auto, 'native', { ms: small, loss: { 'graph bfloat16': NaN } })).mode).toBe('xla float32')
    expect((await choose(auto, 'native', { ms: { ...small, 'graph bfloat16': 36.5 } })).mode).toBe('xla float32')
  })

  it('is what was asked for, where something was', async () => {
    expect((await choose({ ...auto, precision: 'float32' }, 'native', { ms: small })).mode).toBe('xla float32')
    expect((await choose({ ...auto, compile: 'graph' }, 'native', { ms: small })).mode).toBe('graph bfloat16')
    expect((await choose({ ...auto, compile: 'xla' }, 'native', { ms: small })).mode).toBe('xla bfloat16')
    const fixed = { ...auto, compile: 'graph', precision: 'bfloat16' } as const
    expect(await choose(fixed, 'none', { ms: small })).toMatchObject({ prepared: [], mode: 'graph bfloat16' })
  })

  it('is bfloat16 from the first step on where tensor cores are', async () => {
    expect(await choose(auto, 'tensorCores', { ms: small })).toMatchObject({
      prepared: ['xla bfloat16'],
      mode: 'xla bfloat16',
    })
    expect((await choose({ ...auto, plannedSteps: 500 }, 'tensorCores', { ms: small })).mode).toBe('xla bfloat16')
    expect((await choose({ ...auto, precision: 'float32' }, 'tensorCores', { ms: small })).mode).toBe('xla float32')
  })

  it('is not measured in a run too short to win the time back', async () => {
    const { mode, timings, prepared } = await choose({ ...auto, plannedSteps: 500 }, 'native', { ms: large })
    expect({ mode, timings, prepared }).toEqual({ mode: 'xla float32', timings: [], prepared: ['xla float32'] })
  })

  it('passes over what the library cannot compile, or has no memory to try', async () => {
    expect((await choose(auto, 'native', { ms: small, broken: 'xla bfloat16' })).mode).toBe('graph bfloat16')
    expect((await choose(auto, 'native', { ms: small, broken: 'graph bfloat16' })).mode).toBe('xla float32')
    for (const error of [new LibraryError('memory.exhausted'), new RangeError('Array buffer allocation failed')]) {
      expect((await choose(auto, 'native', { ms: small, broken: 'xla bfloat16', error })).mode).toBe('graph bfloat16')
      const { mode } = await choose(auto, 'native', { ms: small, unmeasurable: 'xla bfloat16', error })
      expect(mode).toBe('graph bfloat16')
    }
  })

  it('leaves in the record why a way is not used, with both losses', async () => {
    const refusalsOf = async (figures: Figures) => {
      const { timings } = await choose(auto, 'native', figures)
      return timings.flatMap(({ tier, precision, stepMs, refused }) =>
        refused ? [{ way: keyOf({ tier, precision }), stepMs, ...refused }] : [],
      )
    }
    const losses = { 'graph float32': 3, 'graph bfloat16': 3.1, 'xla float32': 3.001 }
    expect(await refusalsOf({ ms: { ...small, 'xla float32': 40 }, loss: losses })).toEqual([
      { way: 'graph bfloat16', stepMs: 30, reason: 'differs', lossNats: 3.1, bestLossNats: 3, detail: '' },
      { way: 'xla float32', stepMs: 40, reason: 'slower', lossNats: 3.001, bestLossNats: 3, detail: '' },
    ])
    expect(await refusalsOf({ ms: small, loss: { 'xla bfloat16': NaN } })).toMatchObject([
      { way: 'xla bfloat16', reason: 'differs', lossNats: null, bestLossNats: 3 },
    ])
    const unknown = { stepMs: null, lossNats: null, bestLossNats: null }
    expect(await refusalsOf({ ms: small, broken: 'xla bfloat16' })).toEqual([
      { way: 'xla bfloat16', reason: 'impossible', detail: 'UNIMPLEMENTED: no kernel', ...unknown },
    ])
    const error = new LibraryError('memory.exhausted', { detail: 'OOM' })
    expect(await refusalsOf({ ms: small, unmeasurable: 'xla bfloat16', error })).toEqual([
      { way: 'xla bfloat16', reason: 'memory', detail: 'OOM', ...unknown },
    ])
    expect(await refusalsOf({ ms: small })).toEqual([])
  })

  it('never passes over a fault of its own', async () => {
    for (const error of [new TypeError('x is undefined'), new AppError('engine.failed', { detail: 'no tensor 7' })]) {
      const isIt = (thrown: unknown): boolean => [thrown, (thrown as Error).cause].includes(error)
      await expect(choose(auto, 'native', { ms: small, broken: 'xla bfloat16', error })).rejects.toSatisfy(isIt)
      const before = { changes: [{ step: 3, tier: 'xla', precision: 'float32' }], timings: [] } as const
      const following = choose(auto, 'native', { ms: small, broken: 'xla float32', error }, before)
      await expect(following).rejects.toSatisfy(isIt)
      const trial = choose(auto, 'native', { ms: small, unmeasurable: 'graph bfloat16', error })
      await expect(trial).rejects.toSatisfy(isIt)
    }
  })

  it('is from the same steps on what a run with the same settings chose, whatever is faster by now', async () => {
    const first = await choose(auto, 'native', { ms: small })
    const slower = { 'graph float32': 1, 'graph bfloat16': 2, 'xla bfloat16': 3 }
    const second = await choose(auto, 'native', { ms: slower }, first.chosen)
    expect(second).toEqual(first)

    const late = { changes: [{ step: 7, tier: 'xla', precision: 'float32' }], timings: [] } as const
    const { modes, prepared } = await choose(auto, 'native', { ms: large }, late)
    expect(modes.indexOf('xla float32')).toBe(7 - 2)
    expect(prepared).toEqual(['xla float32'])
    const none = await choose(auto, 'native', { ms: small }, { changes: [], timings: [] })
    expect(none).toMatchObject({ prepared: [], mode: 'graph float32' })
    const broken = await choose(auto, 'native', { ms: small, broken: 'xla float32' }, late)
    expect(broken.mode).toBe('graph float32')
  })
})
