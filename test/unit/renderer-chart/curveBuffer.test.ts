import { describe, expect, test } from 'vitest'
import type { EvalRow, RunCurves, StepRow } from '../../../src-preload/contract/records/curves'
import { CurveBuffer } from '../../../src-renderer/composables/chart/curveBuffer'

const step = (seq: number, at: number, lossNats = 4): StepRow => ({
  seq,
  step: at,
  tokens: at * 768,
  elapsedMs: at * 40,
  lossNats,
  gradNorm: 1,
  learningRate: 1e-3,
  tokensPerSecond: 19_200,
  memoryBytes: 1e8,
})
const evaluation = (seq: number, at: number): EvalRow => ({
  seq,
  step: at,
  tokens: at * 768,
  elapsedMs: at * 40,
  valLossNats: 3,
  perplexity: 20,
  bitsPerByte: 2,
  accuracy: 0.3,
})
const history = (seq: number, steps: StepRow[], evals: EvalRow[] = []): RunCurves => ({
  runId: 'run_00000000',
  seq,
  steps: steps.map((row) => ({ ...row, minLossNats: row.lossNats - 1, maxLossNats: row.lossNats + 1 })),
  evals,
})
const steps = (buffer: CurveBuffer): number[] => [...buffer.column('step').subarray(0, buffer.length)]

describe('CurveBuffer', () => {
  test('rows that the history already holds are dropped, newer ones are added', () => {
    const buffer = new CurveBuffer()
    buffer.load(history(3, [step(1, 10), step(3, 20)], [evaluation(2, 10)]))
    expect(buffer.appendSteps([step(3, 20), step(4, 30), step(5, 40)])).toBe(2)
    expect(steps(buffer)).toEqual([10, 20, 30, 40])
    expect(buffer.appendEval(evaluation(2, 10))).toBe(false)
    expect(buffer.appendEval(evaluation(6, 40))).toBe(true)
    expect(buffer.evals.map((row) => row.step)).toEqual([10, 40])
  })

  test('a history row keeps its lowest and highest loss, a live row is its own', () => {
    const buffer = new CurveBuffer()
    buffer.load(history(1, [step(1, 10, 4)]))
    buffer.appendSteps([step(2, 20, 3)])
    expect([...buffer.column('minLossNats').subarray(0, 2)]).toEqual([3, 3])
    expect([...buffer.column('maxLossNats').subarray(0, 2)]).toEqual([5, 3])
  })

  test('a resumed run takes back what lies behind its checkpoint', () => {
    const buffer = new CurveBuffer()
    buffer.load(history(5, [step(1, 10), step(2, 20), step(4, 30)], [evaluation(3, 20), evaluation(5, 30)]))
    buffer.appendSteps([step(6, 21), step(7, 22)])
    expect(steps(buffer)).toEqual([10, 20, 21, 22])
    expect(buffer.evals.map((row) => row.step)).toEqual([20])
    buffer.appendEval(evaluation(8, 20))
    expect(buffer.evals).toHaveLength(1)
    expect(buffer.evals[0]?.seq).toBe(8)
  })

  test('steps that come behind a newer evaluation are neither lost nor undo it', () => {
    const buffer = new CurveBuffer()
    buffer.load(history(1, [step(1, 10)]))
    buffer.appendEval(evaluation(4, 30))
    expect(buffer.appendSteps([step(2, 20), step(3, 30)])).toBe(2)
    expect(buffer.evals.map((row) => row.step)).toEqual([30])
  })

  test('grows past its capacity without losing a value', () => {
    const buffer = new CurveBuffer(2)
    buffer.appendSteps(Array.from({ length: 1000 }, (_, i) => step(i, i, i / 7)))
    expect(buffer.length).toBe(1000)
    expect(buffer.column('lossNats')[999]).toBe(999 / 7)
    expect(buffer.last('step')).toBe(999)
  })

  test('loading again replaces everything', () => {
    const buffer = new CurveBuffer()
    buffer.appendSteps([step(9, 90)])
    buffer.load(history(-1, []))
    expect(buffer.length).toBe(0)
    expect(buffer.last('step')).toBeNull()
    expect(buffer.appendSteps([step(0, 10)])).toBe(1)
  })
})
