import { fork } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { jobEnvironment } from '../../src-main/backend/jobs/environment'
import { runImport } from '../../src-main/engine/tasks/import'
import { runTokenize } from '../../src-main/engine/tasks/tokenize'
import { withDefaults } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { required } from './program'
import type { SoakCount, SoakTask } from './soak-job'

/**
 * Long trainings of small models, each in a process of its own, with evaluations, samples and checkpoints all the way:
 * what it holds must stay as it is. HOMEGROWN_SOAK_STEPS: of each.
 */
const steps = Number(process.env['HOMEGROWN_SOAK_STEPS'] ?? 20_000)
const counts = 200
/** Until then allocators and caches fill up. */
const warmUpShare = 0.2
const limitMbPerThousand = 1

interface Soak {
  readonly name: string
  readonly config: Partial<RunConfig>
}
const soaks: readonly Soak[] = [
  { name: 'Llama, Muon', config: { model: 'llama', optimizer: 'muon' } },
  { name: 'LSTM, AdamW', config: { model: 'lstm' } },
  { name: 'GPT, AdamW', config: { model: 'gpt' } },
]

const small: Partial<RunConfig> = {
  maxSteps: steps,
  nLayer: 2,
  nHead: 2,
  nEmbd: 32,
  blockSize: 32,
  batchSize: 4,
  dropout: 0.1,
  vocabSize: 300,
  engine: 'tensorflow',
  evalInterval: 100,
  evalBatches: 4,
  sampleInterval: 200,
  samplePrompt: 'The ',
  checkpointMinutes: 0.1,
}

/** Least squares: bytes a step. */
function slope(points: readonly SoakCount[]): number {
  const mean = (of: (point: SoakCount) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [meanStep, meanBytes] = [mean((p) => p.step), mean((p) => p.rssBytes)]
  const covariance = mean((p) => (p.step - meanStep) * (p.rssBytes - meanBytes))
  return covariance / mean((p) => (p.step - meanStep) ** 2)
}

type Message =
  | { readonly kind: 'count'; readonly count: SoakCount }
  | { readonly kind: 'happened'; readonly happened: Readonly<Record<string, number>> }
  | { readonly kind: 'end' }

async function soak({ name, config }: Soak, folder: string, tokenizedDir: string) {
  const chosen = withDefaults({ ...small, ...config }) as RunConfig
  const tensorflowDir = required('HOMEGROWN_TENSORFLOW_DIR')
  const runDir = join(folder, name)
  cpSync(tokenizedDir, runDir, { recursive: true })
  const task: SoakTask = {
    task: {
      kind: 'train',
      runDir,
      config: chosen,
      resume: false,
      engineOptions: { engine: 'tensorflow', tensorflowDirs: [tensorflowDir] },
    },
    tensorflowDir,
    countEverySteps: Math.max(10, chosen.maxSteps / counts),
  }
  const began = performance.now()
  const points: SoakCount[] = []
  let happened: Readonly<Record<string, number>> = {}
  const child = fork(join(import.meta.dirname, 'soak-job.cjs'), [], {
    execArgv: [],
    env: jobEnvironment(),
    serialization: 'advanced',
  })
  child.on('message', (message: Message) => {
    if (message.kind === 'count') points.push(message.count)
    if (message.kind === 'happened') happened = message.happened
  })
  child.send(task)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`${name}: the job ended with ${String(code)}`)
  const settled = points.filter(({ step }) => step > chosen.maxSteps * warmUpShare)
  const range = (of: (point: SoakCount) => number): [number, number] => {
    const numbers = settled.map(of)
    return [Math.min(...numbers), Math.max(...numbers)]
  }
  return {
    name,
    steps: chosen.maxSteps,
    seconds: Math.round((performance.now() - began) / 1000),
    happened,
    tensors: range((p) => p.tensors),
    values: range((p) => p.values),
    openFiles: range((p) => p.openFiles),
    rssMbPerThousandSteps: (slope(settled) * 1000) / 1e6,
    points,
  }
}

type Result = Awaited<ReturnType<typeof soak>>

function rowOf({ name, steps, seconds, happened, tensors, values, openFiles, ...rest }: Result): string {
  const range = ([low, high]: [number, number]): string => (low === high ? String(low) : `${low} to ${high}`)
  const rss = [rest.points[0], rest.points.at(-1)].map((point) => ((point?.rssBytes ?? NaN) / 1e6).toFixed(0))
  const done = `${happened['eval'] ?? 0}, ${happened['sample'] ?? 0}, ${happened['checkpoint'] ?? 0}`
  const cells = [name, String(steps), `${seconds} s`, done, range(tensors), range(values), range(openFiles)]
  return `| ${[...cells, `${rss.join(' → ')} MB`, `${rest.rssMbPerThousandSteps.toFixed(2)} MB`].join(' | ')} |`
}

const isFlat = ({ tensors, values, openFiles, rssMbPerThousandSteps }: Result): boolean =>
  [tensors, values, openFiles].every(([low, high]) => low === high) && rssMbPerThousandSteps < limitMbPerThousand

async function main(): Promise<boolean> {
  if (process.platform !== 'linux') throw new Error('The soak counts open files and memory in /proc: Linux only.')
  const root = required('HOMEGROWN_BENCH_ROOT')
  const folder = mkdtempSync(join(tmpdir(), 'homegrown-soak-'))
  const [corpusDir, dir] = [join(folder, 'corpus'), join(folder, 'tokens')]
  const signal = new AbortController().signal
  const emit = (): Promise<void> => Promise.resolve()
  const results: Result[] = []
  try {
    const sources = [{ path: join(root, 'resources/sample/en.txt'), name: 'en.txt' }]
    await runImport({ kind: 'import', sources, corpusDir }, emit, signal)
    const tokenizer = { tokenizer: 'bpe', vocabSize: 300 } as const
    await runTokenize({ kind: 'tokenize', corpusDir, dir, split: 'blocks', ...tokenizer }, emit, signal)
    console.log(
      '| Run | Steps | Time | Evaluations, samples, saves | Tensors | Values | Open files | RSS | a 1,000 steps |',
    )
    for (const each of soaks) {
      const result = await soak(each, folder, dir)
      console.log(rowOf(result))
      results.push(result)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const out = join(root, 'docs/bench')
  mkdirSync(out, { recursive: true })
  const date = new Date().toISOString().slice(0, 16).replace(':', '')
  const machine = { processor: cpus()[0]?.model, cores: availableParallelism(), load: loadavg(), node: process.version }
  writeFileSync(join(out, `soak-${date}.json`), `${JSON.stringify({ date, machine, warmUpShare, results })}\n`)
  console.log(`written to docs/bench/soak-${date}.json`)
  return results.every(isFlat)
}

main().then(
  (flat) => process.exit(flat ? 0 : 1),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
