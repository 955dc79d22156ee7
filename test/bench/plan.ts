import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import type { RunChoice, RunConfig } from '../../src-preload/contract/records/run-config'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { readTimings } from '../../src-main/backend/services/timings-file'
import { partsOf, type RunParts } from '../../src-main/plan/time'
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
  { name: 'Llama tiny, quick', choice: of('llama', 'tiny', 'quick'), overrides: { ...all, maxSteps: 400 } },
  { name: 'Llama tiny, with trials', choice: of('llama', 'tiny', 'normal'), overrides: { ...all, maxSteps: 1000 } },
  { name: 'GPT-2 tiny', choice: of('gpt', 'tiny', 'quick'), overrides: { ...all, maxSteps: 400 } },
  { name: 'LSTM tiny, XLA', choice: of('lstm', 'tiny', 'quick'), overrides: { ...all, compile: 'xla', maxSteps: 300 } },
  { name: 'Llama small', choice: of('llama', 'small', 'quick'), overrides: { ...all, maxSteps: 100 } },
  {
    name: 'Llama medium, B 4',
    choice: of('llama', 'medium', 'quick'),
    overrides: { ...all, batchSize: 4, maxSteps: 60 },
  },
  {
    name: 'GPT-2 small, graph',
    choice: of('gpt', 'small', 'quick'),
    overrides: { ...all, compile: 'graph', maxSteps: 60 },
  },
  {
    name: 'Llama 2 × 64, WASM',
    choice: of('llama', 'tiny', 'quick'),
    overrides: { ...all, engine: 'wasm', nLayer: 2, nEmbd: 64, maxSteps: 60 },
  },
  {
    name: 'GPT-2 tiny, load',
    choice: of('gpt', 'tiny', 'quick'),
    overrides: { ...all, dropout: 0.2, maxSteps: 300 },
    besideLoad: true,
  },
  {
    name: 'Llama 6 × 128, load',
    choice: of('llama', 'tiny', 'quick'),
    overrides: { ...all, nLayer: 6, maxSteps: 250 },
    besideLoad: true,
  },
]

/** Where the time goes, in milliseconds. */
interface Parts {
  /** Tokens, the process, the engine, the first step, and the end. */
  readonly start: number
  /** With the trials of other ways to compute them. */
  readonly steps: number
  /** Evaluations, samples, saves. */
  readonly beside: number
}

function predictedParts(of: RunParts): Parts {
  const { tokenizing, start, steps, evaluations, samples, saves } = of
  return { start: tokenizing + start, steps, beside: evaluations + samples + saves }
}

function realParts({ runs }: BenchBackend['backend']['services'], run: RunRecord): Parts {
  const rows = runs.curves(run.runId, 1e6).steps
  const firstMs = rows[0]?.elapsedMs ?? 0
  const steps = rows.slice(1).reduce((sum, { tokens, tokensPerSecond }, i) => {
    return sum + (1000 * (tokens - (rows[i]?.tokens ?? 0))) / tokensPerSecond
  }, 0)
  const start = (run.endedAt ?? NaN) - (run.startedAt ?? NaN) - run.trainedMs + firstMs
  return { start, steps, beside: run.trainedMs - firstMs - steps }
}

async function compare(bench: BenchBackend, corpusId: string, { name, choice, overrides, besideLoad }: PlannedRun) {
  const load = besideLoad ? spawn(process.execPath, ['-e', 'for (;;) Math.random()']) : null
  try {
    const loadBefore = loadavg()[0] ?? 0
    const plannedAt = Date.now()
    const { config, estimate, summary } = await bench.measuredPlan(corpusId, choice, overrides)
    if (estimate === null) throw new Error(`${name}: nothing was measured`)
    const planMs = Date.now() - plannedAt
    const timing = readTimings(join(bench.profileDir, 'timings.json')).at(-1)
    const { run } = await bench.train(corpusId, config)
    const realMs = (run.endedAt ?? NaN) - (run.startedAt ?? NaN)
    const { parameterCount, vocabSize } = summary
    const valTokens = Math.round((config.batchSize * config.blockSize * config.maxSteps) / summary.epochs / 9)
    const timed = { config, vocabSize, parameterCount, valTokens, bytesToTokenize: 0 }
    // From what this very run took a step: what adding up the parts is worth, whatever else the machine did.
    const known = bench.backend.services.runs.plan({ corpusId, choice, overrides }).estimate
    const addingUpError = known?.basis === 'run' ? known.likelyMs / realMs - 1 : null
    return {
      name,
      steps: config.maxSteps,
      planMs,
      estimate,
      realMs,
      error: estimate.likelyMs / realMs - 1,
      addingUpError,
      isInRange: realMs >= estimate.lowMs && realMs <= estimate.highMs,
      predicted: timing ? predictedParts(partsOf(timed, timing.times)) : null,
      real: realParts(bench.backend.services, run),
      times: timing?.times ?? null,
      memoryBytes: summary.memoryBytes,
      // What else the machine did: it is shared.
      load: [loadBefore, loadavg()[0] ?? 0],
    }
  } finally {
    load?.kill()
  }
}

type Result = Awaited<ReturnType<typeof compare>>

function rowOf({
  name,
  steps,
  estimate,
  realMs,
  error,
  addingUpError,
  predicted,
  real,
  load,
  isInRange,
}: Result): string {
  const seconds = (ms: number): string => (ms / 1000).toFixed(ms < 9950 ? 1 : 0)
  const range = `${seconds(estimate.lowMs)} to ${seconds(estimate.highMs)}${isInRange ? '' : ' (!)'}`
  const percent = (of: number | null): string => (of === null ? '' : `${of > 0 ? '+' : ''}${(100 * of).toFixed(0)} %`)
  const figures = [seconds(estimate.likelyMs), range, seconds(realMs), percent(error), percent(addingUpError)]
  const part = (key: keyof Parts): string => `${predicted ? seconds(predicted[key]) : ''} / ${seconds(real[key])}`
  const cells = [name, String(steps), ...figures, part('start'), part('steps'), part('beside')]
  return `| ${[...cells, load.map((one) => one.toFixed(1)).join(' → ')].join(' | ')} |`
}

/** What was measured in the last hours is not measured again: the benchmark may be cut short and started again. */
const freshMs = 3 * 3_600_000

interface Kept {
  readonly at: number
  readonly result: Result
}

function keptIn(file: string): Kept[] {
  if (!existsSync(file) || process.env['HOMEGROWN_BENCH_ANEW']) return []
  return (JSON.parse(readFileSync(file, 'utf8')) as Kept[]).filter(({ at }) => Date.now() - at < freshMs)
}

/**
 * npm run bench:plan: how long runs were said to take, and took. Started again it goes on where it was cut short;
 * HOMEGROWN_BENCH_ANEW=1 begins again, HOMEGROWN_BENCH_RUNS=0,3 picks some.
 */
async function main(): Promise<boolean> {
  const root = required('HOMEGROWN_BENCH_ROOT')
  const only = process.env['HOMEGROWN_BENCH_RUNS']?.split(',').map(Number)
  const progress = join(root, '.cache/bench/plan-so-far.json')
  let kept = keptIn(progress)
  console.log('Seconds; of the parts: predicted / real.')
  console.log(
    '| Run | Steps | Predicted | Range | Real | Error | Adding up | Start | Steps | Beside | Load of the machine |',
  )
  for (const { result } of kept) console.log(rowOf(result))
  const bench = await openBenchBackend()
  try {
    const corpusId = await bench.importSample('en')
    for (const [i, run] of runs.entries()) {
      if (only ? !only.includes(i) : kept.some(({ result }) => result.name === run.name)) continue
      const result = await compare(bench, corpusId, run)
      console.log(rowOf(result))
      kept = [...kept.filter((one) => one.result.name !== run.name), { at: Date.now(), result }]
      writeFileSync(progress, JSON.stringify(kept))
    }
  } finally {
    await bench.close()
  }
  const results = kept.map(({ result }) => result)
  const errors = results.map(({ error }) => Math.abs(error))
  const [middle, worst] = [median(errors), Math.max(...errors)]
  console.log(`median error ${(100 * middle).toFixed(0)} %, worst ${(100 * worst).toFixed(0)} %`)
  if (results.length < runs.length) return false
  const out = join(root, 'docs/bench')
  mkdirSync(out, { recursive: true })
  const date = new Date().toISOString().slice(0, 16).replace(':', '')
  const machine = { processor: cpus()[0]?.model, cores: availableParallelism(), load: loadavg(), node: process.version }
  writeFileSync(join(out, `plan-${date}.json`), `${JSON.stringify({ date, machine, middle, worst, results })}\n`)
  console.log(`written to docs/bench/plan-${date}.json`)
  rmSync(progress)
  return middle <= 0.1 && worst <= 0.25
}

main().then(
  (good) => process.exit(good ? 0 : 1),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
