import type { EvalRow, RunRecord } from '../../src-preload/contract/records'
import type { CurveBuffer } from './chart/curveBuffer'

export type Verdict = 'waiting' | 'early' | 'learning' | 'slowing' | 'level' | 'memorising' | 'unstable'

/** A loss this much (nats) above the best of the run, kept up over several logged steps, is no longer noise. */
const jumpNats = 0.7
/** Gains (nats) from one test to the next below which a person would see no difference in what it writes. */
const levelNats = 0.004
const slowNats = 0.015
/** Rise (nats) of the test loss above its best that counts as memorising; two tests must agree. */
const memoryNats = 0.02

/** Mean training loss of the last `count` logged steps; NaN without any. */
function recentLoss(curves: CurveBuffer, count: number): number {
  const rows = curves.column('lossNats').subarray(Math.max(0, curves.length - count), curves.length)
  return rows.reduce((sum, loss) => sum + loss, 0) / rows.length
}

function lowestLoss(curves: CurveBuffer): number {
  return curves
    .column('lossNats')
    .subarray(0, curves.length)
    .reduce((low, loss) => Math.min(low, loss), Infinity)
}

export function bestEval(evals: readonly EvalRow[]): EvalRow | undefined {
  return evals.reduce<EvalRow | undefined>(
    (best, row) => (best === undefined || row.valLossNats < best.valLossNats ? row : best),
    undefined,
  )
}

/** What the curves say, in the order of urgency. Tests on unseen text decide; the training loss only warns of jumps. */
export function verdictOf(curves: CurveBuffer): Verdict {
  if (curves.length === 0 && curves.evals.length === 0) return 'waiting'
  if (curves.length >= 10) {
    const recent = recentLoss(curves, 5)
    if (!Number.isFinite(recent) || recent - lowestLoss(curves) > jumpNats + noise(curves)) return 'unstable'
  }
  const evals = curves.evals
  const [before, last] = [evals.at(-2), evals.at(-1)]
  if (!before || !last) return 'early'
  const best = bestEval(evals)
  const worse = (row: EvalRow): boolean => best !== undefined && row.valLossNats > best.valLossNats + memoryNats
  if (worse(last) && worse(before)) return 'memorising'
  const gain = (evals.at(-3) ?? before).valLossNats - last.valLossNats
  const gainPerTest = gain / (evals.length > 2 ? 2 : 1)
  if (gainPerTest < levelNats) return 'level'
  return gainPerTest < slowNats ? 'slowing' : 'learning'
}

/** Small batches make a restless curve: its own recent spread is not a jump. */
function noise(curves: CurveBuffer): number {
  const rows = curves.column('lossNats').subarray(Math.max(0, curves.length - 50), Math.max(0, curves.length - 5))
  if (rows.length === 0) return 0
  const mean = rows.reduce((sum, loss) => sum + loss, 0) / rows.length
  return 2 * Math.sqrt(rows.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / rows.length)
}

/** Training time until the last step, from the speed of the last logged steps; null until it can be told. */
export function timeLeftMs(run: RunRecord, curves: CurveBuffer): number | null {
  if (curves.length < 3) return null
  const from = Math.max(0, curves.length - 30)
  const steps = curves.column('step')
  const times = curves.column('elapsedMs')
  const at = curves.length - 1
  const made = (steps[at] ?? 0) - (steps[from] ?? 0)
  const took = (times[at] ?? 0) - (times[from] ?? 0)
  if (made <= 0 || took <= 0) return null
  return Math.max(0, run.maxSteps - (steps[at] ?? 0)) * (took / made)
}
