import {
  curveRow,
  type CurveRow,
  type EvalRow,
  type RunCurves,
  type StepRow,
} from '../../../src-preload/contract/records/curves'

export type StepColumn = Exclude<keyof CurveRow, 'seq'>
const stepColumns = Object.keys(curveRow.shape).filter((name): name is StepColumn => name !== 'seq')

/**
 * The curves of one run: rows of a fetched history and live rows behind them, in columns of numbers that grow by
 * doubling. Events and history may arrive in any order; `seq` decides what is new.
 */
export class CurveBuffer {
  length = 0
  readonly evals: EvalRow[] = []

  /** Highest sequence numbers held; two of them, because batched steps may arrive behind an evaluation. */
  #stepSeq = -1
  #evalSeq = -1
  readonly #columns: Record<StepColumn, Float64Array>

  constructor(capacity = 1024) {
    this.#columns = Object.fromEntries(stepColumns.map((name) => [name, new Float64Array(capacity)])) as Record<
      StepColumn,
      Float64Array
    >
  }

  /** Values 0 to length - 1 are set. The array is replaced when it grows: do not keep it. */
  column(name: StepColumn): Float64Array {
    return this.#columns[name]
  }

  last(name: StepColumn): number | null {
    return this.length === 0 ? null : (this.#columns[name][this.length - 1] ?? null)
  }

  /** Takes a fetched history in place of what is here. */
  load(history: RunCurves): void {
    this.length = 0
    for (const row of history.steps) this.#push(row)
    this.evals.splice(0, Infinity, ...history.evals)
    this.#stepSeq = this.#evalSeq = history.seq
  }

  /** Adds the rows that are new. Returns how many were. */
  appendSteps(rows: readonly StepRow[]): number {
    let added = 0
    for (const row of rows) {
      if (row.seq <= this.#stepSeq) continue
      this.#rewind(row)
      this.#push({ ...row, minLossNats: row.lossNats, maxLossNats: row.lossNats })
      this.#stepSeq = row.seq
      added++
    }
    return added
  }

  appendEval(row: EvalRow): boolean {
    if (row.seq <= this.#evalSeq) return false
    while ((this.evals.at(-1)?.step ?? -1) >= row.step) this.evals.pop()
    this.evals.push(row)
    this.#evalSeq = row.seq
    return true
  }

  /** A resumed run computes the steps after its checkpoint anew: what was there before is no longer its history. */
  #rewind(row: StepRow): void {
    const steps = this.#columns.step
    while (this.length > 0 && (steps[this.length - 1] ?? -1) >= row.step) this.length--
    for (let last = this.evals.at(-1); last && last.step > row.step && last.seq < row.seq; last = this.evals.at(-1)) {
      this.evals.pop()
    }
  }

  #push(row: CurveRow): void {
    if (this.length === this.#columns.step.length) this.#grow()
    for (const name of stepColumns) this.#columns[name][this.length] = row[name]
    this.length++
  }

  #grow(): void {
    for (const name of stepColumns) {
      const larger = new Float64Array(this.length * 2)
      larger.set(this.#columns[name])
      this.#columns[name] = larger
    }
  }
}
