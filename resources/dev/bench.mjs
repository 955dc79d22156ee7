// npm run bench:step | bench:generate | bench:soak | bench:memory | bench:nanogpt: the benchmarks, built like the app and
// run beside PyTorch where it is what they compare with.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { build as buildApp } from './build.mjs'
import { note } from './cache.mjs'
import { engineDir, installEngine } from './engine.mjs'
import { findPython } from './wheel.mjs'

const root = join(import.meta.dirname, '../..')
const built = join(root, '.cache/bench')

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

/** A Python with PyTorch: HOMEGROWN_BENCH_PYTHON, else a virtual environment of the benchmark's own. */
function pythonWithTorch() {
  if (process.env.HOMEGROWN_BENCH_PYTHON) return process.env.HOMEGROWN_BENCH_PYTHON
  const venv = join(root, '.cache/bench-venv')
  const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  if (!existsSync(python)) run(findPython(), ['-m', 'venv', venv])
  const has = spawnSync(python, ['-c', 'import torch, numpy']).status === 0
  if (!has) {
    note('Installing PyTorch for the comparison (several gigabytes) ...')
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'torch==2.15.0', 'numpy'])
  }
  return python
}

/** One bundle that Node runs, with libtensorflow's JavaScript half inside, as in the app. */
async function bundle(name) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: join(root, `test/bench/${name}.ts`),
      outDir: built,
      emptyOutDir: false,
      rolldownOptions: { output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' } },
    },
    ssr: { external: true, noExternal: ['@tensorflow/tfjs-node-gpu'] },
  })
  return join(built, `${name}.cjs`)
}

/** A benchmark of test/bench, and what it starts itself besides PyTorch's side; `environment` is asked for last. */
const program =
  (environment, main, ...rest) =>
  async () => {
    buildApp()
    if (!process.env.HOMEGROWN_TENSORFLOW_DIR && !installEngine())
      throw new Error('The fast engine cannot be had here.')
    for (const name of rest) await bundle(name)
    run(process.execPath, [await bundle(main)], {
      HOMEGROWN_BENCH_ROOT: root,
      ...environment(),
      HOMEGROWN_TENSORFLOW_DIR: process.env.HOMEGROWN_TENSORFLOW_DIR ?? engineDir(),
    })
  }

const besidePytorch = (main, ...rest) => program(() => ({ HOMEGROWN_BENCH_PYTHON: pythonWithTorch() }), main, ...rest)

/** nanoGPT's config/train_shakespeare_char.py with the README's changes for a CPU; its README reports 1.88. */
const nanogpt = {
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
  evalInterval: 250,
  // As nanoGPT's eval_iters, whose figure is compared; all of the validation text gives about 0.02 more (docs/log.md).
  evalBatches: 20,
  sampleInterval: 0,
}
const nanogptLossNats = 1.88

/** Trains through the app's own command line, in a profile that is thrown away. */
function trainNanogpt() {
  const text = process.argv[3] ?? process.env.HOMEGROWN_BENCH_TEXT ?? join(root, '../shared/data/tinyshakespeare.txt')
  if (!existsSync(text)) throw new Error(`No text: npm run bench:nanogpt -- FILE, or HOMEGROWN_BENCH_TEXT (${text})`)
  const profile = mkdtempSync(join(tmpdir(), 'homegrown-bench-'))
  const settings = Object.entries(nanogpt).flatMap(([key, value]) => ['--set', `${key}=${value}`])
  const cli = join(root, 'resources/dev/cli.mjs')
  const since = Date.now()
  try {
    const { stdout, status } = spawnSync(process.execPath, [cli, 'train', text, '--json', ...settings], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, HOMEGROWN_PROFILE: profile },
    })
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const evaluations = lines.filter(({ type }) => type === 'eval')
    for (const { step, valLossNats } of evaluations)
      console.log(`step ${step}: validation loss ${valLossNats.toFixed(4)}`)
    const done = lines.at(-1)
    if (status !== 0 || done?.type !== 'done') throw new Error(`The training ended with ${JSON.stringify(done)}`)
    const { valLossNats } = evaluations.at(-1)
    const reached = valLossNats <= nanogptLossNats
    console.log(
      `final validation loss ${valLossNats.toFixed(4)} (nanoGPT's README: ${nanogptLossNats}), ` +
        `training ${(done.trainedMs / 1000).toFixed(0)} s, from command to end ${((Date.now() - since) / 1000).toFixed(0)} s, ` +
        `${done.engine}, ${done.tokensPerSecond.toFixed(0)} tokens/s at the end`,
    )
    if (!reached) process.exitCode = 1
  } finally {
    rmSync(profile, { recursive: true, force: true })
  }
}

const benches = {
  step: besidePytorch('step', 'our-step'),
  generate: besidePytorch('generate'),
  soak: program(() => ({}), 'soak', 'soak-job'),
  memory: program(() => ({}), 'memory', 'our-memory'),
  nanogpt: trainNanogpt,
}
const bench = benches[process.argv[2]]
if (!bench) {
  note(`Which one? ${Object.keys(benches).join(', ')}`)
  process.exit(2)
}
await bench()
