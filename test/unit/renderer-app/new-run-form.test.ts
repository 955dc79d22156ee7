// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { runLimits } from '../../../src-preload/contract/limits'
import type { SpeedTest } from '../../../src-preload/contract/records/plan'
import type { RunChoice, RunConfig, SizeDial } from '../../../src-preload/contract/records/run-config'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { detail, record, runId } from '../renderer-stores/records'
import { later } from '../renderer-stores/bridge'
import { installBridge } from './bridge'

const suggestion = Object.fromEntries(
  Object.entries(runLimits).map(([field, limit]) => [field, limit.default]),
) as unknown as RunConfig
const summary = { layers: [], parameterCount: 800_000, vocabSize: 512, memoryBytes: 1e8, epochs: 2 }
const asked: Partial<RunConfig>[] = []
const choices: RunChoice[] = []
const measured: RunConfig[] = []
const started: RunConfig[] = []
/** What the next plans wait for. */
let planHeld: Promise<null> | null = null
let speedTest: SpeedTest = { state: 'soon' }
const suggestedFor = (corpusId: string): SizeDial => (corpusId.endsWith('2') ? 'medium' : 'tiny')

const bridge = installBridge({
  'runs.plan': async ({ corpusId, choice, overrides, base }) => {
    await planHeld
    choices.push(choice)
    asked.push(overrides)
    // The size dial decides how many layers, as in the backend (plan/presets.ts).
    const resized = base && base.choice.size !== choice.size ? { nLayer: 7 } : {}
    const config = { ...suggestion, ...base?.config, ...resized, ...overrides }
    const problems =
      config.nEmbd % config.nHead === 0
        ? []
        : [{ field: 'nHead', error: { code: 'config.headsDoNotDivide' as const, params: {} }, fix: { nHead: 4 } }]
    const verdict = { kind: 'fits' as const, words: 50_000, passes: 2, likelyMs: null, better: null }
    const estimate = null
    return {
      ...{ config, suggested: suggestion, summary, problems, estimate, speedTest },
      diskBytes: 1e7,
      verdict,
      suggestedSize: suggestedFor(corpusId),
      options: [],
    }
  },
  'runs.get': ({ runId }) => ({
    ...detail({ runId, name: 'Tales', corpusId: 'c_00000002' }),
    config: { ...suggestion, learningRate: 0.05, seed: 9 },
    choice: { model: 'lstm', size: 'small', length: 'quick' },
  }),
  'runs.start': ({ config, name }) => {
    started.push(config)
    return record({ name: name ?? '' })
  },
  'runs.measure': ({ config }) => {
    measured.push(config)
    return {}
  },
})
const { useNewRunStore } = await import('../../../src-renderer/stores/newRun')

const planned = async (form: ReturnType<typeof useNewRunStore>): Promise<void> => {
  await vi.waitFor(() => {
    expect(form.planning).toBe(false)
    expect(form.plan).not.toBeNull()
  })
}

describe('the form of a new model', () => {
  let form: ReturnType<typeof useNewRunStore>
  beforeEach(async () => {
    setActivePinia(createPinia())
    asked.length = 0
    form = useNewRunStore()
    expect(form.canStart).toBe(false)
    form.corpusId = 'c_00000001'
    await vi.waitFor(() => {
      expect(form.planning).toBe(true)
    })
    await planned(form)
  })

  it('can start with what is suggested', () => {
    expect(form.canStart).toBe(true)
    expect(form.problems.size).toBe(0)
    expect(form.suggested).toEqual(suggestion)
  })

  it.each([
    ['nLayer', 'abc', 'app.number.none'],
    ['nLayer', '', 'app.number.none'],
    ['nLayer', '2.5', 'app.number.whole'],
    ['maxSteps', '10.000', 'app.number.which'],
    ['nHead', '12.000', 'app.number.meant'],
    ['gradClip', '10.000', 'app.number.meant'],
    ['learningRate', '0,002', 'app.number.meant'],
  ] as const)('says that %s "%s" is no such number, and never sends it', async (field, draft, key) => {
    form.set(field, draft)
    await planned(form)
    expect(form.problems.get(field)?.typo?.key).toBe(key)
    expect(form.canStart).toBe(false)
    expect(asked.every((overrides) => !(field in overrides))).toBe(true)
  })

  it('offers the nearest allowed value for one out of range', async () => {
    form.set('dropout', '1.5')
    const problem = form.problems.get('dropout')
    expect(problem?.error).toEqual({ code: 'config.outOfRange', params: { min: 0, max: 0.9 } })
    form.applyFix(problem?.fixes[0] ?? {})
    expect(form.problems.size).toBe(0)
    await vi.waitFor(() => {
      expect(form.plan?.config.dropout).toBe(0.9)
    })
  })

  it('reads what the app itself prints', async () => {
    form.set('maxSteps', '1,500')
    form.set('batchSize', '1 000')
    await vi.waitFor(() => {
      expect(form.plan?.config).toMatchObject({ maxSteps: 1500, batchSize: 1000 })
    })
  })

  it('never starts with the answer to what was typed before', async () => {
    const answered = later<null>()
    planHeld = answered.promise
    const plans = (): number => bridge.calls.filter((method) => method === 'runs.plan').length
    const before = plans()
    form.set('maxSteps', '70')
    await vi.waitFor(() => {
      expect(plans()).toBeGreaterThan(before)
    })
    form.set('maxSteps', '60')
    planHeld = null
    answered.resolve(null)
    await planned(form)
    expect(form.plan?.config.maxSteps).toBe(60)
  })

  it('offers what an ambiguous number may mean, and takes it', async () => {
    form.set('maxSteps', '10.000')
    expect(form.problems.get('maxSteps')?.fixes).toEqual([{ maxSteps: 10 }, { maxSteps: 10_000 }])
    expect(form.typed['maxSteps']).toBeUndefined()
    form.applyFix({ maxSteps: 10_000 })
    expect(form.drafts.maxSteps).toBe('10,000')
    await vi.waitFor(() => {
      expect(form.plan?.config.maxSteps).toBe(10_000)
    })
  })

  it('shows the problem of a combination at its field and applies the fix', async () => {
    form.set('nHead', '3')
    await vi.waitFor(() => {
      expect(form.problems.get('nHead')?.error?.code).toBe('config.headsDoNotDivide')
    })
    expect(form.canStart).toBe(false)
    form.applyFix(form.problems.get('nHead')?.fixes[0] ?? {})
    await vi.waitFor(() => {
      expect(form.canStart).toBe(true)
    })
    expect(form.plan?.config.nHead).toBe(4)
  })

  it('asks for the time of what is chosen, once it is left alone', async () => {
    measured.length = 0
    form.set('nLayer', '3')
    form.set('nLayer', '5')
    await vi.waitFor(() => {
      expect(measured.at(-1)?.nLayer).toBe(5)
    }, 4000)
    expect(measured.every(({ nLayer }) => nLayer !== 3)).toBe(true)
  })

  it('takes the size that the text can fill, until a person chooses one', async () => {
    form.corpusId = 'c_00000002'
    await vi.waitFor(() => {
      expect(form.choice.size).toBe('medium')
      expect(choices.at(-1)?.size).toBe('medium')
    })
    form.choose({ size: 'small' })
    form.corpusId = 'c_00000001'
    await planned(form)
    expect(form.choice.size).toBe('small')
  })

  it('asks once for the plan with its suggestion, and again when what kept the test from running is over', async () => {
    asked.length = 0
    speedTest = { state: 'training', name: 'Tales' }
    form.set('nLayer', '6')
    await planned(form)
    await vi.waitFor(() => {
      expect(form.plan?.speedTest).toEqual(speedTest)
    })
    expect(asked).toEqual([{ nLayer: 6 }])
    const tell = (state: RunRecord['state']): void => {
      bridge.emit({ topic: 'run', runId, seq: 1, kind: 'state', run: record({ state }) })
    }
    tell('running')
    expect(asked).toHaveLength(1)
    tell('done')
    await vi.waitFor(() => {
      expect(asked).toHaveLength(2)
    })
    speedTest = { state: 'soon' }
  })

  it('goes back to the suggestion', async () => {
    form.set('nLayer', '9')
    await planned(form)
    expect(form.changed).toEqual(['nLayer'])
    form.reset('nLayer')
    await vi.waitFor(() => {
      expect(form.plan?.config.nLayer).toBe(suggestion.nLayer)
    })
    expect(form.changed).toEqual([])
  })

  describe('opened from a run', () => {
    const run = { runId: 'run_00000001' }
    const settled = (changed: string[], planned: Partial<RunConfig> = {}): Promise<void> =>
      vi.waitFor(() => {
        expect(form.planning).toBe(false)
        expect(form.plan?.config).toMatchObject(planned)
        expect(form.plan).not.toBeNull()
        expect(form.changed).toEqual(changed)
      })

    it('has its text, recipe and settings, none of them marked', async () => {
      form.set('nLayer', '9')
      await form.duplicate(run)
      await settled([])
      expect(form).toMatchObject({ corpusId: 'c_00000002', choice: { model: 'lstm', size: 'small', length: 'quick' } })
      expect(form.plan?.config).toMatchObject({ learningRate: 0.05, seed: 9, nLayer: suggestion.nLayer })
    })

    it('marks what is given and typed, and goes back to what the run has', async () => {
      await form.duplicate(run, { learningRate: 0.005, patience: 10 })
      await settled(['patience', 'learningRate'])
      form.reset('learningRate')
      await settled(['patience'], { learningRate: 0.05 })
    })

    it('marks what another size changes, each with its way back', async () => {
      await form.duplicate(run, { size: 'medium' })
      await settled(['nLayer'])
      form.reset('nLayer')
      await settled([], { nLayer: suggestion.nLayer })
      expect(form.choice.size).toBe('medium')
      form.choose({ size: 'large' })
      await settled(['nLayer'])
      form.resetAll()
      await settled([])
      expect(form.choice.size).toBe('small')
    })

    it('is forgotten once its run has started', async () => {
      await form.duplicate(run, { seed: 10 })
      await settled(['seed'])
      await form.start()
      expect(started.at(-1)).toMatchObject({ seed: 10, learningRate: 0.05 })
      expect(form.base).toBeNull()
      await settled([], { learningRate: suggestion.learningRate })
    })
  })
})
