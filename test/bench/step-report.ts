import { median } from './program'

/** `before` is ours in another checkout. */
export type SideName = 'ours' | 'before' | 'tfjs' | 'pytorch'

/** One mode's figures on one shape. */
export interface ModeResult {
  readonly side: SideName
  readonly mode: string
  readonly version: string
  readonly firstStepMs: number
  /** Median step of each round. */
  readonly roundsMs: readonly number[]
  /** Processor time a step, by round. */
  readonly roundsCpuMs: readonly number[]
  readonly peakBytes: number
  readonly nativeCalls: number | null
}

export interface ShapeResult {
  readonly name: string
  readonly tokensPerStep: number
  readonly modes: readonly ModeResult[]
}

const fastest = (modes: readonly ModeResult[]): ModeResult | undefined =>
  [...modes].sort((a, b) => median(a.roundsMs) - median(b.roundsMs))[0]

interface BestModes {
  readonly ours: ModeResult
  readonly pytorch?: ModeResult
  readonly tfjs?: ModeResult
  readonly before?: ModeResult
}

/** The best of ours, recorded modes only, and of the others; null where only ours was measured, or not ours. */
function bestOf({ modes }: ShapeResult): BestModes | null {
  const ours = fastest(modes.filter(({ side, mode }) => side === 'ours' && mode !== 'op by op'))
  const pytorch = fastest(modes.filter(({ side }) => side === 'pytorch'))
  const tfjs = modes.find(({ side }) => side === 'tfjs')
  const before = modes.find(({ side, mode }) => side === 'before' && mode === ours?.mode)
  if (!ours || !(pytorch ?? tfjs ?? before)) return null
  return { ours, ...(pytorch && { pytorch }), ...(tfjs && { tfjs }), ...(before && { before }) }
}

/** By how much ours is faster, round by round. */
const ratiosOf = (ours: ModeResult, other: ModeResult, rounds: 'roundsMs' | 'roundsCpuMs' = 'roundsMs'): number[] =>
  ours[rounds].map((ms, round) => (other[rounds][round] ?? NaN) / ms)

const ms = (value: number): string => (value >= 200 ? value.toFixed(0) : value.toFixed(1))
const times = (ratios: readonly number[]): string =>
  `${median(ratios).toFixed(2)} × (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join('\n')
}

function rowOfBest(result: ShapeResult, { ours, pytorch, tfjs, before }: BestModes): string[] {
  const opByOp = result.modes.find(({ mode }) => mode === 'op by op')
  return [
    result.name,
    `${ours.mode}, ${ms(median(ours.roundsMs))} ms`,
    pytorch ? `${pytorch.mode}, ${ms(median(pytorch.roundsMs))} ms` : '–',
    pytorch ? times(ratiosOf(ours, pytorch)) : '–',
    pytorch ? `${(ours.peakBytes / pytorch.peakBytes).toFixed(2)} ×` : '–',
    tfjs ? times(ratiosOf(ours, tfjs)) : '–',
    tfjs ? times(ratiosOf(ours, tfjs, 'roundsCpuMs')) : '–',
    opByOp ? times(ratiosOf(ours, opByOp)) : '–',
    before ? times(ratiosOf(ours, before)) : '–',
  ]
}

/** The section for an entry of docs/log/: the comparison of the best modes, then every mode. */
export function sectionOf(results: readonly ShapeResult[]): string {
  const best = [
    [
      'Step',
      'Ours, best mode',
      "PyTorch's best mode",
      "Tokens/s, ours to PyTorch's",
      'Peak memory',
      "Tokens/s to tfjs-node's",
      'Its processor time to ours',
      'To our own op by op',
      'To the same mode before',
    ],
  ]
  const every = [
    ['Step', 'Mode', 'Median (spread)', 'Processor time', 'Tokens/s', 'First step', 'Peak memory', 'Native calls'],
  ]
  for (const result of results) {
    const found = bestOf(result)
    if (found) best.push(rowOfBest(result, found))
    for (const { side, mode, roundsMs, roundsCpuMs, firstStepMs, peakBytes, nativeCalls } of result.modes) {
      every.push([
        result.name,
        { ours: `ours, ${mode}`, before: `before, ${mode}`, tfjs: mode, pytorch: `PyTorch, ${mode}` }[side],
        `${ms(median(roundsMs))} ms (${ms(Math.min(...roundsMs))} to ${ms(Math.max(...roundsMs))})`,
        `${ms(median(roundsCpuMs))} ms`,
        ((result.tokensPerStep / median(roundsMs)) * 1000).toFixed(0),
        `${(firstStepMs / 1000).toFixed(1)} s`,
        `${(peakBytes / 1e6).toFixed(0)} MB`,
        nativeCalls === null ? '–' : nativeCalls.toFixed(0),
      ])
    }
  }
  return `${table(best)}\n\n${table(every)}`
}
