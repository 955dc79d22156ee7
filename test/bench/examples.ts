import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import type { RunChoice } from '../../src-preload/contract/records/run-config'
import { openBenchBackend, type BenchBackend } from './backend-run'
import { required } from './program'

/**
 * npm run examples: trains a model of each size on the bundled texts, as the form suggests it, lets each write once, and stores
 * that with its figures in resources/sample/examples.json, which the form shows beside the choice of size. Whatever is there
 * already stays: delete an entry to make it again. HOMEGROWN_EXAMPLES_LIMIT_S: no further one begins after that time.
 */

interface Made extends Omit<RunChoice, 'length'> {
  readonly language: Language
}
type Language = 'en' | 'zh-CN'

const languages: readonly Language[] = ['en', 'zh-CN']
/** The first words of a story that is not in the text. */
const prompts: Readonly<Record<Language, string>> = { en: 'One evening Ada', 'zh-CN': '一天傍晚，小满' }

/** A large one has far too little text here, and takes hours on two cores. */
const wanted: readonly Made[] = (
  [
    ['llama', 'tiny'],
    ['llama', 'small'],
    ['gpt', 'tiny'],
    ['lstm', 'tiny'],
    ['llama', 'medium'],
    ['gpt', 'small'],
    ['lstm', 'small'],
  ] as const
).flatMap(([model, size]) => languages.map((language) => ({ model, size, language })))

/** The first sample that is written counts: nothing is picked. */
const sampling = { temperature: 0.8, topK: 0, topP: 0.95, maxTokens: 90, stop: [], seed: 1 }

async function make(bench: BenchBackend, corpusId: string, { model, size, language }: Made) {
  const { services } = bench.backend
  const choice: RunChoice = { model, size, length: 'normal' }
  // One way to compute from the first step on: made again on this kind of processor, it writes the same.
  const fixed = { engine: 'tensorflow', compile: 'xla', precision: 'float32' } as const
  const { config, summary } = services.runs.plan({ corpusId, choice, overrides: fixed })
  const { run } = await bench.train(corpusId, config)
  const { runId, trainedMs } = run
  const { step } = services.talk.checkpointFor(runId, 'best')
  const evaluation = services.runs.curves(runId, 2000).evals.find((row) => row.step === step)
  if (evaluation === undefined) throw new Error(`no evaluation at step ${step}`)
  const request = { runId, checkpoint: 'best' as const, step, generationId: runId, prompt: prompts[language], sampling }
  let text = ''
  const last = await services.generator.generate(request, (event) => (text += event.text))
  return {
    ...{ model, size, language },
    words: services.corpora.list().find((one) => one.corpusId === corpusId)?.counts?.words ?? 0,
    shape: { nLayer: config.nLayer, nHead: config.nHead, nEmbd: config.nEmbd },
    parameterCount: summary.parameterCount,
    steps: run.step,
    bestStep: step,
    trainedMs,
    valLossNats: evaluation.valLossNats,
    perplexity: evaluation.perplexity,
    prompt: prompts[language],
    text: text + last.text,
    madeWith: {
      engine: run.engine,
      ...{ compile: config.compile, precision: config.precision, seed: config.seed, sampling },
      processor: cpus()[0]?.model ?? '',
      cores: availableParallelism(),
    },
  }
}

type Example = Awaited<ReturnType<typeof make>>

async function main(): Promise<void> {
  const file = join(required('HOMEGROWN_BENCH_ROOT'), 'resources/sample/examples.json')
  const made: Example[] = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Example[]) : []
  const isMade = (one: Made): boolean =>
    made.some(({ model, size, language }) => model === one.model && size === one.size && language === one.language)
  const limitMs = 1000 * Number(process.env['HOMEGROWN_EXAMPLES_LIMIT_S'] ?? Infinity)
  const begun = Date.now()
  const bench = await openBenchBackend()
  try {
    const corpora = { en: await bench.importSample('en'), 'zh-CN': await bench.importSample('zh-CN') }
    for (const one of wanted) {
      if (isMade(one) || Date.now() - begun > limitMs) continue
      const example = await make(bench, corpora[one.language], one)
      made.push(example)
      writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`)
      const { model, size, language, steps, trainedMs, perplexity, text } = example
      console.log(
        `${model} ${size} ${language}: ${steps} steps, ${Math.round(trainedMs / 1000)} s, ${perplexity}\n${text}\n`,
      )
    }
  } finally {
    await bench.close()
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
