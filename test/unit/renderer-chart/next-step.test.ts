import { describe, expect, test } from 'vitest'
import { runFields, runLimits } from '../../../src-preload/contract/limits'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { RunDetail, RunState } from '../../../src-preload/contract/records/runs'
import { problemsOf } from '../../../src-main/plan/check'
import { changesFor, headerSteps, nextStepOf, type NewRunStep } from '../../../src-renderer/composables/nextStep'
import { verdicts, type Gap, type Verdict } from '../../../src-renderer/composables/verdict'
import { detail as detailOf } from '../renderer-stores/records'

const usual = Object.fromEntries(runFields.map((field) => [field, runLimits[field].default])) as RunConfig
const gap = (size: Gap['size']): Gap => ({ training: 10, unseen: 12, share: 0.2, size })

function detail(state: RunState, more: { parameters?: number; config?: Partial<RunConfig> } = {}): RunDetail {
  const step = state === 'done' ? 2000 : 500
  const last = { kind: 'last' as const, step, valLossNats: 3, savedAt: 1, sizeBytes: 1 }
  const base = detailOf({ state, step, maxSteps: 2000, checkpoints: [last] })
  const config = { ...usual, ...more.config }
  // 20 passes over 76,800 tokens.
  return { ...base, config, summary: { ...base.summary, parameterCount: more.parameters ?? 50_000, epochs: 20 } }
}

describe('the one button beside a verdict', () => {
  test.each(verdicts)('%s: none while it trains or waits, one when it is over', (verdict) => {
    expect(nextStepOf(detail('running'), verdict, gap('some'))).toBeNull()
    expect(nextStepOf(detail('queued'), verdict, gap('some'))).toBeNull()
    for (const state of ['done', 'paused', 'stopped', 'interrupted'] as const)
      expect(nextStepOf(detail(state), verdict, gap('some')), state).not.toBeNull()
  })

  test.each([
    ['learning', 'done', 'longer'],
    ['slowing', 'done', 'longer'],
    ['wavering', 'done', 'longer'],
    ['learning', 'stopped', 'resume'],
    ['early', 'paused', 'resume'],
    ['nothing', 'done', 'lowerRate'],
    ['unstable', 'stopped', 'lowerRate'],
    ['worsening', 'done', 'lowerRate'],
  ] as const satisfies readonly (readonly [Verdict, RunState, string])[])('%s, %s: %s', (verdict, state, expected) => {
    expect(nextStepOf(detail(state), verdict, gap('some'))).toBe(expected)
  })

  test('memorizing: a smaller model where it has more parameters than the text tokens, else more text', () => {
    expect(nextStepOf(detail('done', { parameters: 1e6 }), 'memorising', gap('large'))).toBe('smaller')
    expect(nextStepOf(detail('done', { parameters: 1e4 }), 'memorising', gap('large'))).toBe('moreText')
    const smallest = { nLayer: 1, nHead: 1, nEmbd: 8 }
    expect(nextStepOf(detail('done', { parameters: 1e6, config: smallest }), 'memorising', gap('large'))).toBe(
      'moreText',
    )
  })

  test('no more progress: a larger model where both texts are as hard, else more text', () => {
    expect(nextStepOf(detail('done'), 'level', gap('none'))).toBe('larger')
    expect(nextStepOf(detail('done'), 'level', gap('some'))).toBe('moreText')
  })

  test('the notice of an error has the button already', () => {
    const failed = detail('failed')
    const run = { ...failed.run, error: { code: 'job.killed' as const, params: {} } }
    expect(nextStepOf({ ...failed, run }, 'learning', gap('some'))).toBeNull()
    expect(nextStepOf({ ...failed, run }, 'unstable', gap('some'))).toBe('lowerRate')
  })
})

describe('the header of a run', () => {
  test.each([
    ['learning', 'stopped', ['longer']],
    ['unstable', 'stopped', ['resume', 'longer']],
    ['learning', 'done', []],
    ['unstable', 'done', ['longer']],
    ['learning', 'interrupted', []],
    ['learning', 'running', []],
  ] as const)('of one that is %s and %s offers what no other part of its page does', (verdict, state, steps) => {
    const of = detail(state)
    expect(headerSteps(of.run, nextStepOf(of, verdict, gap('some')))).toEqual(steps)
  })

  test('leaves resuming to the notice of an error', () => {
    const failed = detail('failed')
    const run = { ...failed.run, error: { code: 'job.killed' as const, params: {} } }
    expect(headerSteps(run, nextStepOf({ ...failed, run }, 'unstable', gap('some')))).toEqual([])
  })
})

describe('what the form of a new run is to change', () => {
  const counts = {
    characters: 1e6,
    words: 2e5,
    lines: 1e4,
    bytes: 1e6,
    distinctCharacters: 80,
    tokens: 3e5,
    maxVocabSize: 8000,
  }
  const configs: Partial<RunConfig>[] = [
    {},
    { model: 'llama', nLayer: 3, nHead: 6, nEmbd: 96 },
    { model: 'llama', nLayer: 1, nHead: 2, nEmbd: 64, optimizer: 'muon', gradClip: 0 },
    { model: 'lstm', nLayer: 1, nEmbd: 64, nHead: 3 },
    { nLayer: 48, nHead: 32, nEmbd: 1024 },
    { nLayer: 40, nHead: 8, nEmbd: 512, learningRate: 1e-6, minLearningRate: 0 },
  ]
  test.each(configs)('is within its limits, and can be trained: %j', (part) => {
    const config = { ...usual, ...part }
    for (const step of ['smaller', 'larger', 'lowerRate'] as const satisfies readonly NewRunStep[]) {
      const changed = { ...config, ...changesFor(step, config) }
      expect(problemsOf(changed, counts), step).toEqual([])
      if (step === 'smaller')
        expect(changed.nLayer * changed.nEmbd ** 2).toBeLessThan(config.nLayer * config.nEmbd ** 2)
      if (step === 'larger' && config.nHead < 32)
        expect(changed.nLayer * changed.nEmbd ** 2).toBeGreaterThan(config.nLayer * config.nEmbd ** 2)
    }
  })
})
