import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { jobEnvironment } from '../../src-main/backend/jobs/environment'
import { withDefaults } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { deviceNamed, type Shape } from './devices'
import { median, required } from './program'
import { sectionOf, type ModeResult, type ShapeResult, type SideName } from './step-report'
import { openSide, type Side } from './step-side'

/**
 * One training step of ours in each of its modes against PyTorch's in each of its own and, for GPT on the processor, against
 * TensorFlow.js's own way with tfjs-node (tfjs-gpt.ts), alternating in one run so that all meet the same machine. Run by
 * resources/dev/bench.mjs, which names Python, libtensorflow and the repository in the environment;
 * HOMEGROWN_BENCH_SHAPES and HOMEGROWN_BENCH_MODES (parts of names, separated by commas) choose;
 * HOMEGROWN_BENCH_DEVICE is `processor`, `cuda` or `webgpu`. HOMEGROWN_BENCH_BEFORE is another checkout in which this benchmark
 * was built: its step, in each of our modes, joins as the side "before".
 */

/** HOMEGROWN_BENCH_ROUNDS: fewer than five say little. */
const rounds = Number(process.env['HOMEGROWN_BENCH_ROUNDS'] ?? 7)
/** Of one mode in one round; longer steps are done twice. */
const budgetMs = Number(process.env['HOMEGROWN_BENCH_BUDGET_MS'] ?? 500)

const device = deviceNamed(process.env['HOMEGROWN_BENCH_DEVICE'] ?? 'processor')

/** The same step; without clipping and weight decay, which ours has; and where its add-on cannot be had, through our binding. */
const tfjsModes = (addon: string | undefined): string[] =>
  addon === undefined ? ['tfjs-node, our binding'] : ['tfjs-node', 'tfjs-node, minimize alone']

const checkoutBefore = process.env['HOMEGROWN_BENCH_BEFORE']

const torchModes = ['eager float32', 'compile float32', 'eager bfloat16', 'compile bfloat16']

/** Those whose name contains one of the parts that the variable lists; all where it is not set. */
function chosen<T>(all: readonly T[], nameOf: (item: T) => string, variable: string): readonly T[] {
  const parts = process.env[variable]?.split(',').map((part) => part.trim())
  return parts ? all.filter((item) => parts.some((part) => nameOf(item).includes(part))) : all
}

function configOf(shape: Shape): RunConfig {
  return withDefaults(shape.config) as RunConfig
}

async function openSides(shape: Shape): Promise<(Side & { readonly side: SideName })[]> {
  const { vocabSize } = shape
  const config = configOf(shape)
  const root = required('HOMEGROWN_BENCH_ROOT')
  const ours = [process.execPath, join(import.meta.dirname, 'our-step.cjs')]
  const before = [process.execPath, join(checkoutBefore ?? '', '.cache/bench/our-step.cjs')]
  const tfjs = [process.execPath, join(import.meta.dirname, 'tfjs-step.cjs')]
  const torch = [required('HOMEGROWN_BENCH_PYTHON'), '-u', join(root, 'test/bench/torch_step.py')]
  const { engine, stepsPerWait } = device
  const asked = { ...config, vocabSize, stepsPerWait }
  const tensorflowDir = process.env['HOMEGROWN_TENSORFLOW_DIR']
  const folders = { tensorflowDir, runtimeDir: process.env['HOMEGROWN_RUNTIME_DIR'] }
  const addon = process.env['HOMEGROWN_BENCH_TFJS_ADDON']
  const hasTfjs = config.model === 'gpt' && engine === 'tensorflow'
  const sides = []
  const modes = [
    ...device.ourModes.map((mode) => ({ side: 'ours' as const, mode })),
    ...(checkoutBefore ? device.ourModes : []).map((mode) => ({ side: 'before' as const, mode })),
    ...(hasTfjs ? tfjsModes(addon) : []).map((mode) => ({ side: 'tfjs' as const, mode })),
    ...torchModes.map((mode) => ({ side: 'pytorch' as const, mode })),
  ]
  for (const { side, mode } of chosen(modes, (m) => `${m.side} ${m.mode}`, 'HOMEGROWN_BENCH_MODES')) {
    const ourQuestion = { config, vocabSize, stepsPerWait, engine, ...folders }
    const question = {
      ours: ourQuestion,
      before: ourQuestion,
      tfjs: { config: mode.includes('minimize') ? minimizeAlone(config) : config, vocabSize, tensorflowDir, addon },
      pytorch: { ...asked, device: device.torch, threads: availableParallelism() },
    }[side]
    const env = side === 'ours' || side === 'before' ? jobEnvironment() : process.env
    const opened = await openSide(mode, { ours, before, tfjs, pytorch: torch }[side], question, env)
    if (opened) sides.push({ ...opened, side })
  }
  checkSameModel(sides)
  return sides
}

const minimizeAlone = (config: RunConfig): RunConfig => ({ ...config, gradClip: 0, weightDecay: 0 })

/** Same weights, same batch: whoever begins with another loss computes something else. */
function checkSameModel(sides: readonly Side[]): void {
  const losses = sides.flatMap(({ mode, start }) => (start.firstLossNats === undefined ? [] : [[mode, start] as const]))
  for (const [mode, { firstLossNats = NaN }] of losses) {
    const [first, { firstLossNats: expected = NaN }] = losses[0] as (typeof losses)[0]
    if (Math.abs(firstLossNats - expected) <= 1e-2) continue
    throw new Error(`${mode} begins with the loss ${firstLossNats}, ${first} with ${expected}`)
  }
}

async function measure(shape: Shape): Promise<ShapeResult> {
  console.log(shape.name)
  const { batchSize, blockSize } = configOf(shape)
  const sides = await openSides(shape)
  for (const side of sides) await side.steps(budgetMs)
  const measured = new Map<Side, ModeResult>()
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes, so that nobody always follows the same other's heat.
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const { stepMs, cpuMs, peakBytes, nativeCalls } = await side.steps(budgetMs)
      const roundsMs = [...(measured.get(side)?.roundsMs ?? []), median(stepMs)]
      const roundsCpuMs = [...(measured.get(side)?.roundsCpuMs ?? []), cpuMs]
      const { mode, start } = side
      measured.set(side, { side: side.side, mode, ...start, roundsMs, roundsCpuMs, peakBytes, nativeCalls })
    }
  }
  for (const side of sides) await side.close()
  const result = { name: shape.name, tokensPerStep: batchSize * blockSize, modes: sides.map((s) => measured.get(s)) }
  return result as ShapeResult
}

async function main(): Promise<void> {
  const cores = availableParallelism()
  const [load = 0] = loadavg()
  // PyTorch's threads wait for each other by spinning: on a busy machine it falls back far more than ours.
  if (load > cores / 2)
    console.log(`The machine is busy (load ${load.toFixed(1)} on ${cores} cores): do not trust this.`)
  const results: ShapeResult[] = []
  for (const shape of chosen(device.shapes, ({ name }) => name, 'HOMEGROWN_BENCH_SHAPES')) {
    const result = await measure(shape)
    console.log(`${sectionOf([result])}\n`)
    results.push(result)
  }
  const folder = join(required('HOMEGROWN_BENCH_ROOT'), 'docs/bench')
  mkdirSync(folder, { recursive: true })
  const date = new Date().toISOString().slice(0, 16).replace(':', '')
  const machine = {
    processor: cpus()[0]?.model,
    cores,
    loadAtStart: load,
    node: process.version,
    engine: device.engine,
  }
  const report = { date, machine, rounds, budgetMs, results }
  writeFileSync(join(folder, `step-${date}.json`), `${JSON.stringify(report, null, 2)}\n`)
  console.log(`${sectionOf(results)}\n\nwritten to docs/bench/step-${date}.json`)
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
