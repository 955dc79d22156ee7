// npm run bench:step | bench:generate | bench:soak | bench:memory | bench:plan | bench:nanogpt | bench:vocabulary: the benchmarks, built
// like the app and run beside PyTorch or HF's tokenizers where that is what they compare with. npm run examples: what models of
// each size write.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { build as buildApp } from './build.mjs'
import { cacheDir, note } from './cache.mjs'
import { engineDir, installEngine } from './engine.mjs'
import { tfjsAddon } from './tfjs-addon.mjs'
import { findPython } from './wheel.mjs'

const root = join(import.meta.dirname, '../..')
const built = join(root, '.cache/bench')

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

/** A Python with what is compared with: HOMEGROWN_BENCH_PYTHON, else a virtual environment of the benchmarks' own. */
function pythonWith(packages, size) {
  if (process.env.HOMEGROWN_BENCH_PYTHON) return process.env.HOMEGROWN_BENCH_PYTHON
  const venv = join(root, '.cache/bench-venv')
  const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  if (!existsSync(python)) run(findPython(), ['-m', 'venv', venv])
  const names = packages.map((name) => name.split('==')[0])
  if (spawnSync(python, ['-c', `import ${names.join()}`]).status !== 0) {
    note(`Installing ${names.join(', ')} for the comparison (${size}) ...`)
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages])
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
      HOMEGROWN_RUNTIME_DIR: join(cacheDir(), 'runtime'),
      HOMEGROWN_TENSORFLOW_DIR: tensorflowDir(),
    })
  }

const tensorflowDir = () => process.env.HOMEGROWN_TENSORFLOW_DIR ?? engineDir()

/** The add-on belongs to the libtensorflow that the app installs; any other one may have other headers. */
function besideTfjs() {
  const isOther =
    process.env.HOMEGROWN_TENSORFLOW_DIR || (process.env.HOMEGROWN_BENCH_DEVICE ?? 'processor') !== 'processor'
  const addon = isOther ? null : tfjsAddon(tensorflowDir(), built)
  return addon === null ? {} : { HOMEGROWN_BENCH_TFJS_ADDON: addon }
}

/** The text that nanoGPT's recipe is for: as the first argument, or in the environment. */
function ofTinyShakespeare() {
  const named = process.argv[3] ?? process.env.HOMEGROWN_BENCH_TEXT
  // A path that a person types is relative to where they stand.
  const text = named === undefined ? null : resolve(process.env.INIT_CWD ?? root, named)
  if (text !== null && existsSync(text)) return { HOMEGROWN_BENCH_TEXT: text }
  const found = text === null ? '' : `There is no file ${text}. `
  note(
    `${found}This benchmark trains on tiny Shakespeare, 1.1 MB of his plays as plain text: data/tinyshakespeare/input.txt ` +
      'of the public repository karpathy/char-rnn. Save it anywhere, then: npm run bench:nanogpt -- FILE',
  )
  process.exit(2)
}

const torch = () => ({
  HOMEGROWN_BENCH_PYTHON: pythonWith(['torch==2.15.0', 'numpy', 'transformers==5.24.0'], 'several gigabytes'),
})
const tokenizers = () => ({ HOMEGROWN_BENCH_PYTHON: pythonWith(['tokenizers==0.23.3'], '20 MB') })
const besidePytorch = (main, ...rest) => program(torch, main, ...rest)

const benches = {
  step: program(() => ({ ...torch(), ...besideTfjs() }), 'step', 'our-step', 'tfjs-step'),
  generate: besidePytorch('generate'),
  soak: program(() => ({}), 'soak', 'soak-job'),
  memory: program(() => ({}), 'memory', 'our-memory'),
  plan: program(() => ({}), 'plan'),
  examples: program(() => ({}), 'examples'),
  nanogpt: () => {
    const text = ofTinyShakespeare()
    return program(() => ({ ...torch(), ...text }), 'nanogpt')()
  },
  vocabulary: program(tokenizers, 'vocabulary'),
}
const bench = benches[process.argv[2]]
if (!bench) {
  note(`Which one? ${Object.keys(benches).join(', ')}`)
  process.exit(2)
}
await bench()
