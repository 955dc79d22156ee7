import { AppError } from '../../../src-preload/contract/errors'
import { inheritedFields, type RunField } from '../../../src-preload/contract/limits'
import type { Input, Output } from '../../../src-preload/contract/methods'
import type { EngineId } from '../../../src-preload/contract/records/computer'
import type { CorpusCounts, CorpusRecord } from '../../../src-preload/contract/records/corpora'
import type { RunOrigin } from '../../../src-preload/contract/records/origin'
import type { ConfigProblem, ModelSummary, SpeedTest, TimeEstimate } from '../../../src-preload/contract/records/plan'
import { lengthDial, sizeDial, type RunChoice, type RunConfig } from '../../../src-preload/contract/records/run-config'
import { suggestedSize, verdictOf } from '../../plan/before-start'
import { fieldProblems, problemsOf, withinLimits } from '../../plan/check'
import { effectiveVocabSize, estimateTokens, trainShare } from '../../plan/facts'
import { inSmallerParts, memoryProblem } from '../../plan/memory-fit'
import { configAfter, configContinuing, configFor, withInherited } from '../../plan/presets'
import { summarize } from '../../plan/summary'
import { estimateTime } from '../../plan/time'
import { asTried as triedHere } from '../../plan/execution'
import { findCorpus } from '../db/corpora'
import { findTokenizer } from '../db/tokenizers'
import { lastMemoryBytes } from '../db/metrics'
import { runFacts } from '../db/runs'
import type { Context } from './context'
import type { Origins } from './origins'
import type { Timings } from './timings'
import type { TrainingQueue } from './training-queue'

export type Planning = ReturnType<typeof createPlanning>

interface ReadyCorpus {
  readonly corpus: CorpusRecord
  readonly counts: CorpusCounts
}

interface Wanted extends ReadyCorpus {
  /** What stands as the parent has it; `tokens` of this text, where that was looked at. */
  readonly origin: { readonly config: RunConfig; readonly vocabSize: number; readonly tokens: number | null } | null
}

/** A change of what the weights are made for mends nothing. */
const withoutInherited = (problem: ConfigProblem): ConfigProblem =>
  Object.keys(problem.fix ?? {}).some((field) => inheritedFields.includes(field as RunField))
    ? { ...problem, fix: null }
    : problem

/** Weights alone (best), and weights with both moments (last), two of which are kept. */
const savedCopies = 1 + 2 * 3

/** What a training would be, before anything is computed: the vocabulary and the tokens are estimates. */
export function createPlanning(context: Context, queue: TrainingQueue, timings: Timings, origins: Origins) {
  const { db } = context

  const readyCorpus = (corpusId: string): ReadyCorpus => {
    const corpus = findCorpus(db, corpusId)
    if (corpus === null) throw new AppError('corpus.notFound', { corpusId })
    if (corpus.state !== 'ready' || corpus.counts === null) throw new AppError('corpus.notReady', { name: corpus.name })
    return { corpus, counts: corpus.counts }
  }

  const expect = (config: RunConfig, { corpus, counts, origin }: Wanted) => {
    const vocabSize = origin?.vocabSize ?? effectiveVocabSize(config, counts, corpus.documents)
    const tokens = origin?.tokens ?? estimateTokens(config, counts)
    const trainTokens = Math.floor(tokens * trainShare)
    const summary = summarize(asTried(config), vocabSize, trainTokens)
    return { vocabSize, trainTokens, valTokens: tokens - trainTokens, summary }
  }

  /** The text as a run would have it; with the tokenizer of the run that it goes on from. */
  const wanted = (corpusId: string, from: RunOrigin | undefined): Wanted => {
    const found = readyCorpus(corpusId)
    if (from === undefined) return { ...found, origin: null }
    const { runId } = origins.parentOf(from).run
    const facts = runFacts(db, runId)
    if (facts === null) throw new AppError('run.notFound', { runId })
    const fit = origins.knownFit(runId, corpusId)
    const { config, vocabSize } = facts
    // What this text could fill is no matter; how many tokens it has may be known.
    const maxVocabSize = Math.max(config.vocabSize, found.counts.maxVocabSize)
    const counts = { ...found.counts, maxVocabSize, ...(fit ? { tokens: fit.tokens } : {}) }
    return { ...found, counts, origin: { config, vocabSize, tokens: fit?.tokens ?? null } }
  }

  /** What is not tried here needs no memory and no time. */
  const asTried = (config: RunConfig): RunConfig => triedHere(config, context.triesBfloat16)

  const bytesToTokenize = ({ tokenizer, vocabSize }: RunConfig, { corpus, counts }: ReadyCorpus): number => {
    const key = { corpusId: corpus.corpusId, kind: tokenizer, vocabSize: tokenizer === 'char' ? 0 : vocabSize }
    return findTokenizer(db, key) === null ? counts.bytes : 0
  }

  /** What the memory is predicted for: elsewhere a graphics card's own counts, or it was not measured. */
  const isOnProcessor = (config: RunConfig, before: EngineId | null = null): boolean =>
    context.probes.expected(config.engine, before) === 'tensorflow'

  /** What a run that is added now would have: the one that trains here ends before it. */
  const memoryForNext = (): number => {
    const before = queue.current()
    return context.freeMemory() + (before === null ? 0 : lastMemoryBytes(db, before))
  }

  const problemsWith = (config: RunConfig, { counts, origin }: Wanted, vocabSize: number): ConfigProblem[] => {
    const problems = problemsOf(config, counts).map((one) => (origin === null ? one : withoutInherited(one)))
    if (problems.length > 0 || !isOnProcessor(config)) return problems
    const memory = memoryProblem(asTried(config), vocabSize, memoryForNext())
    return memory === null ? [] : [origin === null ? memory : withoutInherited(memory)]
  }

  interface Expected {
    readonly config: RunConfig
    readonly summary: ModelSummary
    readonly trainTokens: number
    readonly estimate: TimeEstimate | null
  }

  const plan = ({ corpusId, choice, overrides, base, from }: Input<'runs.plan'>): Output<'runs.plan'> => {
    const found = wanted(corpusId, from)
    const { origin } = found
    // A partial object may hold a key whose value is undefined; it must not hide the default.
    const set = Object.fromEntries(
      Object.entries(overrides).filter(([, value]) => (value as unknown) !== undefined),
    ) as Partial<RunConfig>
    const derivedFrom = fieldProblems(set).length > 0 ? {} : set
    const freeBytes = memoryForNext()
    const evidenceFor = memoized(timings.evidence, (engine) => engine)
    const recipeFor = (of: RunChoice, derivedFrom: Partial<RunConfig>): RunConfig => {
      if (origin !== null) return configContinuing(origin.config, of, found.counts, derivedFrom)
      return base ? configAfter(base, of, found.counts, derivedFrom) : configFor(of, found.counts, derivedFrom)
    }
    // Cards and verdict ask for the same choices, all of one kind of model.
    const expected = memoized(expectChoice, ({ size, length }) => `${size} ${length}`)
    const suggestionFor = (of: RunChoice, derivedFrom: Partial<RunConfig>): RunConfig => {
      const suggested = recipeFor(of, derivedFrom)
      const { vocabSize } = expect(suggested, found)
      const inParts = isOnProcessor(suggested) ? inSmallerParts(asTried(suggested), vocabSize, freeBytes) : {}
      return { ...suggested, ...inParts }
    }
    function expectChoice(of: RunChoice): Expected {
      const asked: RunConfig = { ...suggestionFor(of, derivedFrom), ...set }
      const config = origin === null ? asked : withInherited(asked, origin.config)
      // Nothing can be said of values that do not exist: the summary is of the nearest that do.
      const possible = withinLimits(config)
      const { summary, trainTokens, valTokens } = expect(possible, found)
      const { parameterCount } = summary
      const run = {
        ...{ config: asTried(possible), vocabSize: summary.vocabSize, parameterCount, valTokens },
        bytesToTokenize: bytesToTokenize(possible, found),
      }
      return { config, summary, trainTokens, estimate: estimateTime(run, evidenceFor(config.engine)) }
    }

    const own = expected(choice)
    const { config, summary } = own
    const uniqueShare = found.counts.uniqueShare ?? 1
    const uniqueTokens = own.trainTokens * uniqueShare
    const factsOf = ({ config, summary, estimate }: Expected) => ({
      parameterCount: summary.parameterCount,
      seenTokens: config.maxSteps * config.batchSize * config.blockSize,
      likelyMs: estimate?.likelyMs ?? null,
    })
    const text = { words: Math.round(found.counts.words * uniqueShare), uniqueTokens }
    const verdict = verdictOf(choice, text, (of) => factsOf(expected(of)), factsOf(own))
    // The size stands where the weights do.
    const isPossible = origin === null || verdict.better?.size === choice.size
    const others = [
      ...sizeDial.options.map((size) => ({ ...choice, size })),
      ...lengthDial.options.map((length) => ({ ...choice, length })),
    ]
    const problems = problemsWith(config, found, summary.vocabSize)
    return {
      config,
      suggested: suggestionFor(choice, {}),
      summary,
      problems,
      estimate: own.estimate,
      speedTest: speedTestOf(config, summary, problems),
      diskBytes: 4 * savedCopies * summary.parameterCount,
      verdict: isPossible ? verdict : { ...verdict, better: null },
      suggestedSize: suggestedSize(uniqueTokens),
      options: others.map((of) => {
        const { summary, estimate } = expected(of)
        const { parameterCount, memoryBytes } = summary
        return { choice: of, parameterCount, memoryBytes, estimate }
      }),
    }
  }

  /** @throws AppError what stands in the way of starting */
  const check = (corpusId: string, config: RunConfig, from?: RunOrigin) => {
    const found = wanted(corpusId, from)
    const { origin } = found
    if (origin !== null) {
      const other = inheritedFields.find((field) => config[field] !== origin.config[field])
      if (other !== undefined) throw new AppError('input.invalid', { field: other })
    }
    const [wrong] = fieldProblems(config)
    if (wrong !== undefined) throw AppError.fromData(wrong.error)
    const { vocabSize, trainTokens, summary } = expect(config, found)
    const [problem] = problemsWith(config, found, vocabSize)
    if (problem !== undefined) throw AppError.fromData(problem.error)
    return { corpus: found.corpus, vocabSize, trainTokens, summary }
  }

  /** What does not fit would only push everything else out of memory. */
  const isTestable = ({ memoryBytes }: ModelSummary, problems: readonly ConfigProblem[]): boolean =>
    problems.length === 0 && memoryBytes <= context.freeMemory()

  const speedTestOf = (config: RunConfig, summary: ModelSummary, problems: readonly ConfigProblem[]): SpeedTest => {
    const test = timings.testOf(asTried(config), summary.vocabSize)
    return test.state === 'soon' && !isTestable(summary, problems) ? { state: 'memory' } : test
  }

  const measure = ({ corpusId, config, from }: Input<'runs.measure'>): void => {
    const found = wanted(corpusId, from)
    if (fieldProblems(config).length > 0) return
    const { vocabSize, summary } = expect(config, found)
    if (!isTestable(summary, problemsWith(config, found, vocabSize))) return
    timings.want(asTried(config), vocabSize)
  }

  return { asTried, isOnProcessor, memoryForNext, plan, check, measure, isMeasuring: timings.isMeasuring }
}

/** Each value is made once. */
function memoized<A, V>(make: (of: A) => V, keyOf: (of: A) => string): (of: A) => V {
  const made = new Map<string, V>()
  return (of) => {
    const key = keyOf(of)
    const value = made.get(key) ?? make(of)
    made.set(key, value)
    return value
  }
}
