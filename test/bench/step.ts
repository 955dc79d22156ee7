import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stepSpecOf } from '../../src-main/engine/model/model'
import { initialWeights } from '../../src-main/engine/model/init'
import { RandomStream } from '../../src-main/engine/random'
import { openEngine, type Engine } from '../../src-main/engine/runtime/engine'
import type { Tokens, TrainStep } from '../../src-main/engine/runtime/step'
import { runFields, runLimits } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records'

/**
 * One training step of ours against PyTorch's, alternating in one run so that both meet the same machine.
 * Run by resources/dev/bench.mjs, which names Python, libtensorflow and the repository in the environment.
 */

/** HOMEGROWN_BENCH_ROUNDS: fewer than five say little. */
const rounds = Number(process.env['HOMEGROWN_BENCH_ROUNDS'] ?? 7)
const stepsPerRound = 15
const warmUpSteps = 5

const cases = [
  { name: 'GPT 4 × 128, T 64, B 12, V 65', vocabSize: 65, config: { nLayer: 4, nHead: 4, nEmbd: 128 } },
  { name: 'GPT 4 × 128, T 64, B 12, V 512', vocabSize: 512, config: { nLayer: 4, nHead: 4, nEmbd: 128 } },
  {
    name: 'LSTM 2 × 128, T 64, B 64, V 2000',
    vocabSize: 2000,
    config: { model: 'lstm', nLayer: 2, nEmbd: 128, batchSize: 64 },
  },
] as const satisfies readonly { name: string; vocabSize: number; config: Partial<RunConfig> }[]

function required(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: start this through npm run bench:step`)
  return value
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN
const spread = (numbers: readonly number[]): string =>
  `${Math.min(...numbers).toFixed(1)}–${Math.max(...numbers).toFixed(1)}`

interface Side {
  readonly name: string
  /** Duration of each step in milliseconds. */
  steps(count: number): Promise<readonly number[]>
  close(): Promise<void> | void
}

async function homegrown(engine: Engine, config: RunConfig, vocabSize: number): Promise<Side> {
  const { batchSize, blockSize } = config
  const step: TrainStep = await engine.compileStep(stepSpecOf(config, vocabSize), {
    compile: config.compile,
    startTier: null,
  })
  step.writeWeights(initialWeights(config, vocabSize, config.seed))
  const random = new RandomStream(1, 'test')
  const ids = (): Int32Array => Int32Array.from({ length: batchSize * blockSize }, () => random.intBelow(vocabSize))
  let done = 0
  const steps = async (count: number): Promise<number[]> => {
    const times: number[] = []
    for (let i = 0; i < count; i++) {
      const batch: Tokens = { x: ids(), y: ids() }
      const began = performance.now()
      await step.run(++done, config.learningRate, batch)
      times.push(performance.now() - began)
    }
    await step.readMetrics()
    return times
  }
  return {
    name: `${engine.id} ${engine.version}`,
    steps,
    close: () => {
      step.close()
    },
  }
}

async function pytorch(config: RunConfig, vocabSize: number): Promise<Side> {
  const script = join(required('HOMEGROWN_BENCH_ROOT'), 'test/bench/torch_step.py')
  const child = spawn(required('HOMEGROWN_BENCH_PYTHON'), ['-u', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (question: object): Promise<Record<string, unknown>> => {
    child.stdin.write(`${JSON.stringify(question)}\n`)
    const line = await lines.next()
    if (line.done === true) throw new Error('PyTorch ended early')
    return JSON.parse(line.value) as Record<string, unknown>
  }
  const { torch } = await ask({ ...config, vocabSize, threads: availableParallelism() })
  return {
    name: `PyTorch ${String(torch)}`,
    steps: async (count) => (await ask({ steps: count }))['stepMs'] as number[],
    close: async () => {
      const ended = once(child, 'exit')
      child.stdin.end()
      await ended
    },
  }
}

async function compare(engine: Engine, name: string, config: RunConfig, vocabSize: number): Promise<object> {
  const sides = [await homegrown(engine, config, vocabSize), await pytorch(config, vocabSize)] as const
  for (const side of sides) await side.steps(warmUpSteps)
  const medians: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes, so that neither always follows the other's heat.
    const order = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)
    for (const i of order) medians[i].push(median(await sides[i].steps(stepsPerRound)))
  }
  for (const side of sides) await side.close()
  const [ours, theirs] = medians
  const ratios = ours.map((ms, round) => (theirs[round] ?? NaN) / ms)
  const tokens = config.batchSize * config.blockSize
  const line = (side: Side, ms: number[]): string =>
    `  ${side.name.padEnd(20)} ${median(ms).toFixed(1).padStart(7)} ms a step (${spread(ms)}), ` +
    `${((tokens / median(ms)) * 1000).toFixed(0)} tokens/s`
  console.log(`${name}, ${config.compile}\n${line(sides[0], ours)}\n${line(sides[1], theirs)}`)
  console.log(
    `  tokens/s against PyTorch: ${median(ratios).toFixed(2)} (${ratios.map((r) => r.toFixed(2)).join(', ')})`,
  )
  return {
    name,
    compile: config.compile,
    ours: { engine: sides[0].name, medianMs: median(ours), roundsMs: ours },
    pytorch: { version: sides[1].name, medianMs: median(theirs), roundsMs: theirs },
    ratio: median(ratios),
  }
}

async function main(): Promise<void> {
  const cores = availableParallelism()
  const [load = 0] = loadavg()
  // PyTorch's threads wait for each other by spinning: on a busy machine it falls back far more than ours.
  if (load > cores / 2)
    console.log(`The machine is busy (load ${load.toFixed(1)} on ${cores} cores): do not trust this.`)
  const compile = (process.env['HOMEGROWN_BENCH_COMPILE'] ?? 'xla') as RunConfig['compile']
  const engine = await openEngine({
    engine: 'tensorflow',
    tensorflowDirs: [required('HOMEGROWN_TENSORFLOW_DIR')],
  })
  const defaults = Object.fromEntries(runFields.map((field) => [field, runLimits[field].default]))
  const results = []
  for (const { name, vocabSize, config } of cases) {
    results.push(await compare(engine, name, { ...defaults, ...config, compile } as RunConfig, vocabSize))
  }
  const folder = join(required('HOMEGROWN_BENCH_ROOT'), 'docs/bench')
  mkdirSync(folder, { recursive: true })
  const date = new Date().toISOString().slice(0, 16).replace(':', '')
  const machine = { processor: cpus()[0]?.model, cores, loadAtStart: load, node: process.version }
  const report = { date, machine, rounds, stepsPerRound, results }
  writeFileSync(join(folder, `step-${date}.json`), `${JSON.stringify(report, null, 2)}\n`)
  console.log(`written to docs/bench/step-${date}.json`)
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
