import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import type { RunChoice, RunConfig } from '../../src-preload/contract/records'
import { openBenchBackend, type BenchBackend } from './backend-run'
import { median, required } from './program'

/** How long a run was said to take, and how long it took, from pressing the button to its end. */
interface PlannedRun {
  readonly name: string
  readonly choice: RunChoice
  readonly overrides: Partial<RunConfig>
  /** Something else computes all the while, as it did while the plan was measured. */
  readonly besideLoad?: boolean
}

const of = (model: RunChoice['model'], size: RunChoice['size'], length: RunChoice['length']): RunChoice => ({
  model,
  size,
  length,
})
/** Patience would end it early; the rest is as the form suggests it. */
const all = { patience: 0 }
const runs: readonly PlannedRun[] = [
  { name: 'Modern tiny quick', choice: of('modern', 'tiny', 'quick'), overrides: all },
  { name: 'Modern tiny normal', choice: of('modern', 'tiny', 'normal'), overrides: { ...all, maxSteps: 1000 } },
  { name: 'GPT-2 tiny', choice: of('gpt', 'tiny', 'quick'), overrides: { ...all, maxSteps: 400 } },
  { name: 'LSTM tiny', choice: of('lstm', 'tiny', 'quick'), overrides: { ...all, maxSteps: 150 } },
  { name: 'Modern small', choice: of('modern', 'small', 'quick'), overrides: { ...all, maxSteps: 120 } },
  { name: 'Modern tiny, graph', choice: of('modern', 'tiny', 'quick'), overrides: { ...all, compile: 'graph' } },
  { name: 'Modern tiny, XLA', choice: of('modern', 'tiny', 'quick'), overrides: { ...all, compile: 'xla' } },
  {
    name: 'Modern 2 × 64, WASM',
    choice: of('modern', 'tiny', 'quick'),
    overrides: { ...all, engine: 'wasm', nLayer: 2, nEmbd: 64, maxSteps: 100 },
  },
  {
    name: 'GPT-2 tiny, load',
    choice: of('gpt', 'tiny', 'quick'),
    overrides: { ...all, dropout: 0.2 },
    besideLoad: true,
  },
  {
    name: 'Modern 6 × 128, load',
    choice: of('modern', 'tiny', 'quick'),
    overrides: { ...all, nLayer: 6 },
    besideLoad: true,
  },
]

async function compare(bench: BenchBackend, corpusId: string, { name, choice, overrides, besideLoad }: PlannedRun) {
  const load = besideLoad ? spawn(process.execPath, ['-e', 'for (;;) Math.random()']) : null
  try {
    const loadBefore = loadavg()[0] ?? 0
    const { config, estimate, summary } = await bench.measuredPlan(corpusId, choice, overrides)
    if (estimate === null) throw new Error(`${name}: nothing was measured`)
    const { run } = await bench.train(corpusId, config)
    const realMs = (run.endedAt ?? NaN) - (run.startedAt ?? NaN)
    // From what this very run took a step: what adding up the parts is worth, whatever else the machine did.
    const known = bench.backend.services.runs.plan({ corpusId, choice, overrides }).estimate
    const addingUpError = known?.basis === 'run' ? known.likelyMs / realMs - 1 : null
    return {
      name,
      steps: config.maxSteps,
      estimate,
      realMs,
      error: estimate.likelyMs / realMs - 1,
      addingUpError,
      isInRange: realMs >= estimate.lowMs && realMs <= estimate.highMs,
      memoryBytes: summary.memoryBytes,
      // What else the machine did: it is shared.
      load: [loadBefore, loadavg()[0] ?? 0],
    }
  } finally {
    load?.kill()
  }
}

type Result = Awaited<ReturnType<typeof compare>>

function rowOf({ name, steps, estimate, realMs, error, addingUpError, load }: Result): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(0)} s`
  const range = `${seconds(estimate.lowMs)} to ${seconds(estimate.highMs)}`
  const percent = (of: number | null): string => (of === null ? '' : `${of > 0 ? '+' : ''}${(100 * of).toFixed(0)} %`)
  const figures = [seconds(estimate.likelyMs), range, seconds(realMs), percent(error), percent(addingUpError)]
  const cells = [name, String(steps), estimate.basis, ...figures]
  return `| ${[...cells, load.map((one) => one.toFixed(0)).join(' → ')].join(' | ')} |`
}

async function main(): Promise<boolean> {
  const root = required('HOMEGROWN_BENCH_ROOT')
  const only = process.env['HOMEGROWN_BENCH_RUNS']?.split(',').map(Number)
  const bench = await openBenchBackend()
  const results: Result[] = []
  try {
    const corpusId = await bench.importSample('en')
    console.log('| Run | Steps | Basis | Predicted | Range | Real | Error | Adding up | Load of the machine |')
    for (const [i, run] of runs.entries()) {
      if (only && !only.includes(i)) continue
      const result = await compare(bench, corpusId, run)
      console.log(rowOf(result))
      results.push(result)
    }
  } finally {
    await bench.close()
  }
  const errors = results.map(({ error }) => Math.abs(error))
  const [middle, worst] = [median(errors), Math.max(...errors)]
  console.log(`median error ${(100 * middle).toFixed(0)} %, worst ${(100 * worst).toFixed(0)} %`)
  const out = join(root, 'docs/bench')
  mkdirSync(out, { recursive: true })
  const date = new Date().toISOString().slice(0, 16).replace(':', '')
  const machine = { processor: cpus()[0]?.model, cores: availableParallelism(), load: loadavg(), node: process.version }
  writeFileSync(join(out, `plan-${date}.json`), `${JSON.stringify({ date, machine, middle, worst, results })}\n`)
  console.log(`written to docs/bench/plan-${date}.json`)
  return middle <= 0.1 && worst <= 0.25
}

main().then(
  (good) => process.exit(good ? 0 : 1),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
