import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemsOf } from '../../../src-main/plan/check'
import { inSmallerParts, memoryProblem, memoryToResume } from '../../../src-main/plan/memory-fit'
import { configFor } from '../../../src-main/plan/presets'
import { summarize } from '../../../src-main/plan/summary'
import { memoryMargin } from '../../../src-preload/contract/limits'
import { lengthDial, sizeDial, type RunConfig } from '../../../src-preload/contract/records/run-config'
import { counts } from '../db/rows'

const vocabSize = 1024
const ample = { ...counts, tokens: 1e6, bytes: 4e6 }
const large = configFor({ model: 'llama', size: 'large', length: 'normal' }, ample)
const memoryOf = (config: RunConfig): number => summarize(config, vocabSize, 0).memoryBytes
const whole = memoryOf(large)

describe('memoryProblem', () => {
  it('says nothing where it fits, nor where the prediction may be too high', () => {
    expect(memoryProblem(large, vocabSize, whole)).toBeNull()
    expect(memoryProblem(large, vocabSize, 0.86 * whole)).toBeNull()
  })

  it('says what is needed and what is free, in the gigabytes of the screens', () => {
    const problem = memoryProblem(large, vocabSize, 0.5 * whole)
    expect(problem?.error.code).toBe('config.tooLargeForMemory')
    const { neededGb, freeGb } = problem?.error.params ?? {}
    expect(Math.abs(Number(neededGb) / (whole / 2 ** 30) - 1)).toBeLessThan(0.05)
    expect(Math.abs(Number(freeGb) / (whole / 2 ** 31) - 1)).toBeLessThan(0.05)
  })

  it('offers the same training as a plain graph, then in more parts, then fewer examples, then a smaller model', () => {
    const fixes = Array.from({ length: 40 }, (_, i) => memoryProblem(large, vocabSize, whole * 0.84 * 0.93 ** i)?.fix)
    const kindOf = (fix: Partial<RunConfig> | null | undefined): number => {
      if (!fix) return 5
      if (fix.nEmbd !== undefined || fix.nLayer !== undefined || fix.blockSize !== undefined) return 4
      if (fix.batchSize !== undefined) return 3
      return fix.accumulation !== undefined ? 2 : 1
    }
    const kinds = fixes.map(kindOf)
    expect(kinds).toEqual([...kinds].sort((a, b) => a - b))
    expect(kinds).toContain(2)
    expect(kinds).toContain(4)
    // Nothing fits into less than the library itself needs.
    expect(memoryProblem(large, vocabSize, 0.4e9)?.fix).toBeNull()
  })

  it('what it offers leaves the margin that the form warns by, unless what is learned would have to give', () => {
    const sizes = Array.from({ length: 40 }, (_, i) => whole * 0.84 * 0.93 ** i)
    const offered = sizes.flatMap((freeBytes) => {
      const fix = memoryProblem(large, vocabSize, freeBytes)?.fix
      if (!fix) return []
      const leaves = memoryMargin * memoryOf({ ...large, ...fix }) <= freeBytes
      const tighter = memoryProblem(large, vocabSize, freeBytes / memoryMargin)?.fix ?? null
      const isSameModel = (one: Partial<RunConfig>): boolean =>
        one.batchSize === undefined && one.blockSize === undefined
      return [{ leaves, couldLeave: tighter !== null && isSameModel(fix) && isSameModel(tighter) }]
    })
    expect(offered.filter(({ leaves, couldLeave }) => couldLeave && !leaves)).toEqual([])
    expect(offered.filter(({ leaves }) => leaves).length).toBeGreaterThan(offered.length / 2)
  })

  it('offers only what fits and has no other problem, for every model and size', () => {
    const choice = fc.record({
      model: fc.constantFrom('gpt' as const, 'llama' as const, 'lstm' as const),
      size: fc.constantFrom(...sizeDial.options),
      length: fc.constantFrom(...lengthDial.options),
    })
    let offered = 0
    fc.assert(
      fc.property(choice, fc.double({ min: 0.2e9, max: 4e9, noNaN: true }), (dials, freeBytes) => {
        const config = configFor(dials, counts)
        const problem = memoryProblem(config, vocabSize, freeBytes)
        if (!problem?.fix) return
        offered += 1
        const fixed = { ...config, ...problem.fix }
        expect(memoryOf(fixed)).toBeLessThanOrEqual(freeBytes)
        expect(problemsOf(fixed, counts)).toEqual([])
      }),
    )
    expect(offered).toBeGreaterThan(0)
  })
})

describe('inSmallerParts', () => {
  it('leaves alone what fits', () => {
    expect(inSmallerParts(large, vocabSize, whole)).toEqual({})
  })

  it('sums the gradient over parts before it takes examples away, and never takes from the model', () => {
    const { compile, accumulation = 1, ...rest } = inSmallerParts(large, vocabSize, 0.7 * whole)
    expect({ compile, ...rest }).toEqual({ compile: 'graph' })
    expect(accumulation).toBeGreaterThan(1)
    expect(large.batchSize % accumulation).toBe(0)
    expect(inSmallerParts(large, vocabSize, 0.36 * whole)).toHaveProperty('batchSize')
    expect(inSmallerParts(large, vocabSize, 1e8)).toEqual({})
  })
})

describe('memoryToResume', () => {
  it('refuses as a start does', () => {
    expect(memoryToResume(large, vocabSize, 0.86 * whole)).toBeNull()
    expect(memoryToResume(large, vocabSize, 0.84 * whole)).toMatchObject({ neededBytes: whole })
  })

  it('changes how a step is computed and never what is learned', () => {
    const how = ['compile', 'precision', 'accumulation', 'activationCheckpointing']
    const ways = fc.record({
      compile: fc.constantFrom('auto' as const, 'graph' as const, 'xla' as const),
      precision: fc.constantFrom('auto' as const, 'float32' as const, 'bfloat16' as const),
      share: fc.double({ min: 0.1, max: 0.84, noNaN: true }),
    })
    let offered = 0
    fc.assert(
      fc.property(ways, ({ share, ...way }) => {
        const config = { ...large, ...way }
        const problem = memoryToResume(config, vocabSize, share * memoryOf(config))
        if (!problem?.less) return
        offered += 1
        const { change, neededBytes } = problem.less
        expect(how).toEqual(expect.arrayContaining(Object.keys(change)))
        expect(neededBytes).toBe(memoryOf({ ...config, ...change }))
        expect(neededBytes).toBeLessThanOrEqual(share * memoryOf(config))
      }),
    )
    expect(offered).toBeGreaterThan(0)
  })

  it('leaves XLA, where parts cost no time, only when parts are not enough', () => {
    const inXla = { ...large, compile: 'xla', precision: 'float32' } as const
    const needed = memoryOf(inXla)
    expect(memoryToResume(inXla, vocabSize, 0.84 * needed)?.less?.change).toEqual({ accumulation: 2 })
    // Of few weights: with many, a plain graph needs more than XLA.
    const few = { ...inXla, nLayer: 4, nHead: 4, nEmbd: 64 }
    const graph = { ...few, compile: 'graph', accumulation: few.batchSize, activationCheckpointing: 'on' } as const
    const { less } = memoryToResume(few, vocabSize, memoryOf(graph)) ?? {}
    expect(less?.change).toMatchObject({ compile: 'graph' })
  })
})
