import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { importTexts } from '../../src-main/engine/corpus/import'
import { runTokenize } from '../../src-main/engine/tasks/tokenize'
import { currentSplit } from '../../src-main/plan/facts'
import { median, required } from './program'

/**
 * Time to nanoGPT's validation loss on tiny Shakespeare: nanoGPT's own recipe in PyTorch, the same recipe through the
 * app's command line, and the app's llama one. Three seeds, one after the other in one run; every time is from the
 * start of the program, so importing, tokenizing and compiling are in it. Run by resources/dev/bench.mjs.
 */

/** nanoGPT's README reports it for this recipe, on 20 batches as here; all of the validation text gives 0.02 more. */
const targetNats = 1.88
const seeds = (process.env['HOMEGROWN_BENCH_SEEDS'] ?? '1337,1,2').split(',').map(Number)
const evalInterval = 50

/** nanoGPT's config/train_shakespeare_char.py with the README's changes for a CPU. */
const recipe: Partial<RunConfig> = {
  model: 'gpt',
  optimizer: 'adamw',
  engine: 'tensorflow',
  tokenizer: 'char',
  nLayer: 4,
  nHead: 4,
  nEmbd: 128,
  blockSize: 64,
  batchSize: 12,
  maxSteps: 2000,
  dropout: 0,
  learningRate: 1e-3,
  minLearningRate: 1e-4,
  warmupSteps: 100,
  beta1: 0.9,
  beta2: 0.99,
  weightDecay: 0.1,
  gradClip: 1,
  evalInterval,
  evalBatches: 20,
  sampleInterval: 0,
  checkpointMinutes: 5,
}
/** 0.8 % fewer parameters; its own optimizer and learning rates (docs/log/059). */
const llama: Partial<RunConfig> = {
  ...recipe,
  model: 'llama',
  optimizer: 'muon',
  learningRate: 6e-3,
  minLearningRate: 1e-4,
  matrixLearningRate: 0.02,
  warmupSteps: 20,
}

interface Point {
  readonly step: number
  readonly valLossNats: number
  /** Since the program started. */
  readonly seconds: number
}
type Curve = readonly Point[]

interface SeedResult {
  readonly seed: number
  readonly pytorch: Curve
  readonly sameRecipe: Curve
  readonly llama: Curve
  /** As many steps as fit in the time that PyTorch took for all of its own. */
  readonly equalTime: Curve
}

/** Runs a program that prints a JSON line an evaluation. */
async function curveOf(command: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Curve> {
  const [program = '', ...args] = command
  const began = performance.now()
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const curve: Point[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Partial<Point> & { type?: string }
    const { step, valLossNats } = said
    if (step === undefined || valLossNats === undefined || (said.type ?? 'eval') !== 'eval') continue
    curve.push({ step, valLossNats, seconds: (performance.now() - began) / 1000 })
  }
  const status = await ended
  if (status !== 0 || curve.length === 0) throw new Error(`${command.join(' ')} ended with ${status ?? 'a signal'}`)
  return curve
}

/** A folder with the tokens that our side trains on and is judged by; the caller removes it. */
async function tokensOf(text: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'homegrown-bench-'))
  const corpusDir = join(folder, 'text')
  mkdirSync(corpusDir)
  await importTexts({ sources: [{ path: text, name: 'text' }], corpusDir })
  const task = {
    kind: 'tokenize',
    corpusDir,
    dir: folder,
    tokenizer: 'char',
    vocabSize: 0,
    split: currentSplit,
  } as const
  await runTokenize(task, () => Promise.resolve(), new AbortController().signal)
  return folder
}

function pytorch(tokens: string, seed: number): Promise<Curve> {
  const script = join(required('HOMEGROWN_BENCH_ROOT'), 'test/bench/torch_nanogpt.py')
  const args = [tokens, seed, recipe.maxSteps ?? 0, evalInterval].map(String)
  return curveOf([required('HOMEGROWN_BENCH_PYTHON'), script, ...args])
}

/** Through the app's command line, in a profile that is thrown away. */
async function homegrown(text: string, seed: number, config: Partial<RunConfig>): Promise<Curve> {
  const profile = mkdtempSync(join(tmpdir(), 'homegrown-bench-'))
  const settings = Object.entries({ ...config, seed }).flatMap(([key, value]) => ['--set', `${key}=${value}`])
  const cli = join(required('HOMEGROWN_BENCH_ROOT'), 'out/main/cli.cjs')
  try {
    const command = [process.execPath, cli, 'train', text, '--json', ...settings]
    return await curveOf(command, { HOMEGROWN_PROFILE: profile, HOMEGROWN_NODE: process.execPath })
  } finally {
    rmSync(profile, { recursive: true, force: true })
  }
}

const lastOf = (curve: Curve): Point => curve.at(-1) as Point
const reached = (curve: Curve): Point | undefined => curve.find(({ valLossNats }) => valLossNats <= targetNats)
const said = (curve: Curve): string => {
  const hit = reached(curve)
  const { step, valLossNats, seconds } = lastOf(curve)
  const end = `${valLossNats.toFixed(3)} after ${step} steps, ${seconds.toFixed(0)} s`
  return hit ? `${hit.seconds.toFixed(0)} s (step ${hit.step}); ${end}` : `not reached; ${end}`
}
/** A side that never got there is counted with its whole time: it would have needed more. */
const secondsTo = (curve: Curve): number => (reached(curve) ?? lastOf(curve)).seconds

async function measure(text: string, tokens: string, seed: number): Promise<SeedResult> {
  const theirs = await pytorch(tokens, seed)
  console.log(`seed ${seed}, PyTorch, nanoGPT's recipe: ${said(theirs)}`)
  const sameRecipe = await homegrown(text, seed, recipe)
  console.log(`seed ${seed}, ours, the same recipe: ${said(sameRecipe)}`)
  const quick = await homegrown(text, seed, { ...llama, maxSteps: 500 })
  console.log(`seed ${seed}, ours, llama with Muon: ${said(quick)}`)
  const secondsAStep = (lastOf(quick).seconds - (quick[0] as Point).seconds) / (lastOf(quick).step - evalInterval)
  const spare = lastOf(theirs).seconds - (quick[0] as Point).seconds
  const maxSteps = evalInterval * Math.floor(1 + spare / secondsAStep / evalInterval)
  const equalTime = await homegrown(text, seed, { ...llama, maxSteps })
  console.log(`seed ${seed}, ours, llama with Muon for PyTorch's time: ${said(equalTime)}`)
  return { seed, pytorch: theirs, sameRecipe, llama: quick, equalTime }
}

async function main(): Promise<void> {
  const root = required('HOMEGROWN_BENCH_ROOT')
  const text = required('HOMEGROWN_BENCH_TEXT')
  const cores = availableParallelism()
  const [load = 0] = loadavg()
  const results: SeedResult[] = []
  const tokens = await tokensOf(text)
  for (const seed of seeds) results.push(await measure(text, tokens, seed))
  rmSync(tokens, { recursive: true, force: true })

  const share = (of: keyof Omit<SeedResult, 'seed'>): number[] =>
    results.map((result) => secondsTo(result[of]) / secondsTo(result.pytorch))
  for (const of of ['sameRecipe', 'llama'] as const) {
    const shares = share(of)
    const spread = `${Math.min(...shares).toFixed(2)} to ${Math.max(...shares).toFixed(2)}`
    console.log(`${of}: ${median(shares).toFixed(2)} × of PyTorch's time to ${targetNats} (${spread})`)
  }
  const date = new Date().toISOString().slice(0, 16).replace(':', '')
  const machine = { processor: cpus()[0]?.model, cores, loadAtStart: load, node: process.version }
  mkdirSync(join(root, 'docs/bench'), { recursive: true })
  const file = `docs/bench/nanogpt-${date}.json`
  writeFileSync(join(root, file), `${JSON.stringify({ date, machine, targetNats, results }, null, 2)}\n`)
  console.log(`written to ${file}`)
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
