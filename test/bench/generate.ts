import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { modelFrom } from '../../src-main/engine/model/registry'
import { initialWeights } from '../model'
import type { DecodeOptions } from '../../src-main/engine/runtime/decoder'
import { openEngine, type Engine } from '../../src-main/engine/runtime/engine'
import { withDefaults } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { median, required, startProgram } from './program'

/**
 * Tokens per second at batch 1, ours against PyTorch's, alternating in one run so that all meet the same machine.
 * Run by resources/dev/bench.mjs, which names Python, libtensorflow and the repository in the environment.
 */

/** HOMEGROWN_BENCH_ROUNDS, of the large model: fewer than five say little. */
const fewestRounds = Number(process.env['HOMEGROWN_BENCH_ROUNDS'] ?? 5)
const promptTokens = 128

/**
 * `tokens` and `recomputed`: tokens a round, by cache and by recomputing. A round of the small model takes a second, in which
 * a neighbour's work on the same processor or memory shows; so it has more of them.
 */
const cases = [
  {
    name: '10 M: 6 × 384, T 256, V 65',
    vocabSize: 65,
    config: { nLayer: 6, nHead: 6, nEmbd: 384, blockSize: 256 },
    tokens: 64,
    recomputed: 6,
    rounds: 3 * fewestRounds,
  },
  {
    name: '124 M: 12 × 768, T 1024, V 50257',
    vocabSize: 50257,
    config: { nLayer: 12, nHead: 12, nEmbd: 768, blockSize: 1024 },
    tokens: 16,
    recomputed: 3,
    rounds: fewestRounds,
  },
] as const

/** Milliseconds of each token; the first one includes the prompt. */
type Talk = (prompt: readonly number[], tokens: number) => Promise<readonly number[]>

interface Side {
  readonly name: string
  readonly tokens: number
  readonly talk: Talk
}

function greedy(logits: Float32Array): number {
  let best = 0
  for (let i = 1; i < logits.length; i++) if ((logits[i] ?? NaN) > (logits[best] ?? NaN)) best = i
  return best
}

function homegrown(
  engine: Engine,
  config: RunConfig,
  vocabSize: number,
  options: DecodeOptions,
): { talk: Talk; close(): void } {
  const decoder = engine.openDecoder(
    modelFrom(config, vocabSize),
    initialWeights(config, vocabSize, config.seed),
    options,
  )
  return {
    talk: async (prompt, tokens) => {
      const times: number[] = []
      let ids = prompt
      let began = performance.now()
      decoder.begin(prompt.length + tokens)
      for (let i = 0; i < tokens; i++) {
        ids = [greedy(await decoder.feed(ids))]
        const now = performance.now()
        times.push(now - began)
        began = now
      }
      return times
    },
    close: () => {
      decoder.close()
    },
  }
}

async function pytorch(
  config: RunConfig,
  vocabSize: number,
): Promise<{ talk: (style: string) => Talk; hasTransformers: boolean; close(): Promise<void>; version: string }> {
  const script = join(required('HOMEGROWN_BENCH_ROOT'), 'test/bench/torch_generate.py')
  const program = startProgram([required('HOMEGROWN_BENCH_PYTHON'), '-u', script])
  const ask = async (question: object): Promise<Record<string, unknown>> => {
    const answer = await program.ask(question)
    if (answer === null) throw new Error('PyTorch ended early')
    return answer as Record<string, unknown>
  }
  const { torch } = await ask({ ...config, vocabSize, threads: availableParallelism() })
  const probe = await ask({ style: 'transformers', prompt: [0], tokens: 1 })
  return {
    version: String(torch),
    hasTransformers: probe['tokenMs'] !== null,
    talk: (style) => async (prompt, tokens) => (await ask({ style, prompt, tokens }))['tokenMs'] as number[],
    close: () => program.close(),
  }
}

async function compare(
  engine: Engine,
  { name, vocabSize, config: shape, tokens, recomputed, rounds }: (typeof cases)[number],
): Promise<object> {
  const config = withDefaults({ ...shape, model: 'gpt' }) as RunConfig
  const kinds = [
    { name: 'ours, plain graph', options: { compile: 'graph', precision: 'float32' } },
    { name: 'ours, XLA', options: { compile: 'xla', precision: 'float32' } },
    { name: 'ours, XLA, bfloat16 weights', options: { compile: 'xla', precision: 'bfloat16' } },
  ] as const
  const ours = kinds.map(({ name, options }) => ({ name, ...homegrown(engine, config, vocabSize, options) }))
  const theirs = await pytorch(config, vocabSize)
  const sides: Side[] = [
    ...ours.map(({ name, talk }) => ({ name, talk, tokens })),
    ...(theirs.hasTransformers ? [{ name: 'Transformers, generate', talk: theirs.talk('transformers'), tokens }] : []),
    { name: 'PyTorch, cache', talk: theirs.talk('cached'), tokens },
    { name: 'PyTorch, recomputed', talk: theirs.talk('recomputed'), tokens: recomputed },
  ]
  // Another one each time: what a prompt has in common with the one before is not computed again.
  const promptOf = (round: number): number[] =>
    Array.from({ length: promptTokens }, (_, i) => (i * 7 + 3 + round) % vocabSize)
  for (const side of sides) await side.talk(promptOf(rounds), Math.min(side.tokens, 4))
  const results = sides.map(({ name }) => ({ name, tokenMs: [] as number[], firstMs: [] as number[] }))
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes, and who follows whom, so that none always meets another's heat.
    for (let i = 0; i < sides.length; i++) {
      const turned = (i + round) % sides.length
      const at = round % 2 === 0 ? turned : sides.length - 1 - turned
      const [side, result] = [sides[at], results[at]]
      if (!side || !result) continue
      const [first = NaN, ...rest] = await side.talk(promptOf(round), side.tokens)
      result.firstMs.push(first)
      result.tokenMs.push(median(rest))
    }
  }
  for (const side of ours) side.close()
  await theirs.close()
  const [cache, anew] = results.slice(-2).map(({ tokenMs }) => tokenMs) as [number[], number[]]
  console.log(name)
  const rows = results.map((result) => {
    const against = (other: number[]): number => median(other.map((ms, round) => ms / (result.tokenMs[round] ?? NaN)))
    const row = { ...result, againstCache: against(cache), againstRecomputed: against(anew) }
    const ms = median(row.tokenMs)
    console.log(
      `  ${row.name.padEnd(28)} ${ms.toFixed(2).padStart(8)} ms a token ` +
        `(${Math.min(...row.tokenMs).toFixed(2)} to ${Math.max(...row.tokenMs).toFixed(2)}), ` +
        `${(1000 / ms).toFixed(1)} tokens/s, first after ${median(row.firstMs).toFixed(0)} ms; ` +
        `${row.againstCache.toFixed(2)} × cache, ${row.againstRecomputed.toFixed(1)} × recomputed`,
    )
    return row
  })
  return { name, promptTokens, tokens, rounds, pytorch: theirs.version, rows }
}

async function main(): Promise<void> {
  const cores = availableParallelism()
  const [load = 0] = loadavg()
  // PyTorch's threads wait for each other by spinning: on a busy machine it falls back far more than ours.
  if (load > cores / 2)
    console.log(`The machine is busy (load ${load.toFixed(1)} on ${cores} cores): do not trust this.`)
  const engine = await openEngine({
    engine: 'tensorflow',
    tensorflowDirs: [required('HOMEGROWN_TENSORFLOW_DIR')],
    talks: true,
  })
  const results = []
  for (const one of cases) results.push(await compare(engine, one))
  const folder = join(required('HOMEGROWN_BENCH_ROOT'), 'docs/bench')
  mkdirSync(folder, { recursive: true })
  const date = new Date().toISOString().slice(0, 16).replace(':', '')
  const machine = { processor: cpus()[0]?.model, cores, loadAtStart: load, node: process.version }
  writeFileSync(
    join(folder, `generate-${date}.json`),
    `${JSON.stringify({ date, machine, engine: engine.version, results }, null, 2)}\n`,
  )
  console.log(`written to docs/bench/generate-${date}.json`)
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
