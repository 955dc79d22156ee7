import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { historyRows, isFiltered, noFilter, type HistoryView } from '../../../src-renderer/composables/historyRows'
import { compareResults } from '../../../src-renderer/composables/compareResults'
import type { Comparison } from '../../../src-renderer/stores/compare'

const run = (name: string, over: Partial<RunRecord> = {}): RunRecord => ({
  runId: `run_${name.toLowerCase().replaceAll(/\W/g, '').padEnd(8, '0')}`,
  name,
  state: 'done',
  wish: null,
  model: 'gpt',
  corpusId: 'cor_00000000',
  corpus: 'Fairy tales',
  parameterCount: 1000,
  step: 100,
  maxSteps: 100,
  bestValLossNats: 2,
  trainLossNats: 2,
  tokensPerSecond: 1000,
  engine: 'tensorflow',
  createdAt: 1,
  startedAt: 1,
  endedAt: 2,
  trainedMs: 1000,
  trainedAt: null,
  checkpoints: [],
  resumedFrom: null,
  parent: null,
  extensions: [],
  hasNotes: false,
  error: null,
  seq: 0,
  ...over,
})
const view = (over: Partial<HistoryView> = {}): HistoryView => ({
  filter: noFilter,
  inNotes: new Set(),
  order: { column: 'created', descending: true },
  locale: 'en',
  ...over,
})
const names = (rows: readonly RunRecord[]): string[] => rows.map(({ name }) => name)

const runs = [
  run('Try 10', { createdAt: 3, bestValLossNats: null }),
  run('try 9', { createdAt: 2, bestValLossNats: 1.5, hasNotes: true }),
  run('Éclair', { createdAt: 1, bestValLossNats: 3, state: 'failed', corpusId: 'cor_11111111', corpus: '红楼梦' }),
]

describe('history', () => {
  test('sorts names as people do: numbers by value, case and accents aside', () => {
    const rows = historyRows(runs, view({ order: { column: 'name', descending: false } }))
    expect(names(rows)).toEqual(['Éclair', 'try 9', 'Try 10'])
  })

  test('a run without a value comes last in both directions', () => {
    expect(names(historyRows(runs, view({ order: { column: 'loss', descending: false } })))).toEqual([
      'try 9',
      'Éclair',
      'Try 10',
    ])
    expect(names(historyRows(runs, view({ order: { column: 'loss', descending: true } })))).toEqual([
      'Éclair',
      'try 9',
      'Try 10',
    ])
  })

  test('equal values keep the newest first', () => {
    expect(names(historyRows(runs, view({ order: { column: 'size', descending: true } })))).toEqual([
      'Try 10',
      'try 9',
      'Éclair',
    ])
  })

  test('searches name, text and notes, every word, in any case', () => {
    const found = new Set([runs[1]?.runId ?? ''])
    const search = (words: string, inNotes = new Set<string>()): string[] =>
      names(historyRows(runs, view({ filter: { ...noFilter, search: words }, inNotes })))
    // What the backend found in notes is there beside what is found here.
    expect(search('TRY window', found)).toEqual(['try 9'])
    expect(search('TRY window')).toEqual([])
    expect(search('éclair', found)).toEqual(['try 9', 'Éclair'])
    expect(search('红楼')).toEqual(['Éclair'])
    expect(search('try nothing')).toEqual([])
    expect(search('  ')).toHaveLength(3)
  })

  test('filters by text and state together', () => {
    const filter = { search: '', corpusId: 'cor_11111111', state: 'failed' } as const
    expect(names(historyRows(runs, view({ filter })))).toEqual(['Éclair'])
    expect(historyRows(runs, view({ filter: { ...filter, state: 'done' } }))).toEqual([])
    expect(isFiltered(noFilter)).toBe(false)
    expect(isFiltered({ ...noFilter, state: 'done' })).toBe(true)
  })

  test('does not disturb the list it is given', () => {
    const before = names(runs)
    historyRows(runs, view({ order: { column: 'name', descending: false } }))
    expect(names(runs)).toEqual(before)
  })
})

describe('comparison', () => {
  const test_ = (step: number, valLossNats: number) => ({
    seq: step,
    step,
    tokens: step,
    elapsedMs: step,
    valLossNats,
    perplexity: Math.exp(valLossNats),
    bitsPerByte: valLossNats / 2,
    accuracy: 1 / valLossNats,
  })
  const comparison: Comparison = {
    runs: [run('A', { parameterCount: 10 }), run('B', { parameterCount: 20, bestValLossNats: null, trainedMs: 500 })],
    curves: [
      { runId: 'run_a0000000', seq: 9, steps: [], evals: [test_(10, 3), test_(20, 2), test_(30, 2.5)] },
      { runId: 'run_b0000000', seq: 9, steps: [], evals: [] },
    ],
    differences: [],
  }

  test('takes every quality from the best test, and marks nothing when only one run has a value', () => {
    const results = compareResults(comparison)
    const row = (name: string) => results.find((result) => result.row === name)
    expect(row('loss')).toEqual({ row: 'loss', values: [2, null], best: null })
    expect(row('accuracy')?.values[0]).toBe(0.5)
  })

  test('marks the lowest loss, the highest accuracy, and no parameter count', () => {
    const both: Comparison = {
      ...comparison,
      curves: [comparison.curves[0], { ...comparison.curves[1], evals: [test_(10, 1.8)] }] as Comparison['curves'],
    }
    const best = Object.fromEntries(compareResults(both).map(({ row, best: index }) => [row, index]))
    expect(best).toMatchObject({
      loss: 1,
      guess: 1,
      bitsPerByte: 1,
      accuracy: 1,
      time: null,
      parameters: null,
      steps: null,
      speed: null,
    })
  })
})
