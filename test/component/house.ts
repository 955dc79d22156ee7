import { runLimits } from '../../src-preload/contract/limits'
import type { ComputerInfo } from '../../src-preload/contract/records/computer'
import type { ConversationRecord, MessageRecord } from '../../src-preload/contract/records/conversations'
import type { CorpusRecord } from '../../src-preload/contract/records/corpora'
import type { RunPlan } from '../../src-preload/contract/records/plan'
import type { RunConfig, SizeDial } from '../../src-preload/contract/records/run-config'
import type { RunDetail, RunRecord } from '../../src-preload/contract/records/runs'
import { defaultSettings, type Settings } from '../../src-preload/contract/records/settings'
import { installBridge } from '../unit/renderer-app/bridge'
import { message, record } from '../unit/renderer-stores/records'

/** When all of it is looked at; everything in it happened before. */
export const now = Date.UTC(2026, 0, 15, 9, 30)
const minute = 60_000
const hour = 60 * minute

export const config = Object.fromEntries(
  Object.entries(runLimits).map(([field, { default: usual }]) => [field, usual]),
) as unknown as RunConfig

const text = (over: Partial<CorpusRecord>): CorpusRecord => ({
  ...{ corpusId: 'c_00000001', name: 'Letters to Clara', state: 'ready', createdAt: now - 30 * hour, documents: 12 },
  ...{ leftOut: 0, repaired: 0, lost: 0, dismissed: false, error: null },
  counts: {
    ...{ characters: 312_480, words: 57_210, lines: 4021, bytes: 318_002, distinctCharacters: 92 },
    ...{ tokens: 96_410, maxVocabSize: 4096, uniqueShare: 0.97 },
  },
  ...over,
})
const texts = [
  text({}),
  text({ corpusId: 'c_00000002', name: '家书', documents: 3, leftOut: 2, createdAt: now - 50 * hour }),
]

const run = (over: Partial<RunRecord>): RunRecord =>
  record({
    ...{ runId: 'run_00000001', name: 'Letters, small', state: 'done', model: 'llama' },
    ...{ corpusId: 'c_00000001', corpus: 'Letters to Clara', parameterCount: 1_843_200, step: 1200, maxSteps: 1200 },
    ...{ bestValLossNats: 2.214, trainLossNats: 1.981, tokensPerSecond: 41_300, engine: 'tensorflow' },
    ...{ createdAt: now - 3 * hour, startedAt: now - 3 * hour, endedAt: now - 2.7 * hour, trainedMs: 17 * minute },
    checkpoints: [
      { kind: 'best', step: 1150, valLossNats: 2.214, savedAt: now - 2.8 * hour, sizeBytes: 7_400_000 },
      { kind: 'last', step: 1200, valLossNats: 2.219, savedAt: now - 2.7 * hour, sizeBytes: 22_100_000 },
    ],
    ...{ hasNotes: true, seq: 400 },
    ...over,
  })
const runs = [
  run({}),
  run({
    ...{ runId: 'run_00000002', name: 'Letters, tiny', state: 'interrupted', step: 700, parameterCount: 812_000 },
    ...{ bestValLossNats: 2.61, createdAt: now - 26 * hour, startedAt: now - 26 * hour, hasNotes: false },
    checkpoints: [{ kind: 'last', step: 650, valLossNats: 2.61, savedAt: now - 25 * hour, sizeBytes: 9_800_000 }],
  }),
  run({
    ...{ runId: 'run_00000003', name: '家书 · LSTM', state: 'stopped', step: 400, model: 'lstm', hasNotes: false },
    ...{ corpusId: 'c_00000002', corpus: '家书', bestValLossNats: 3.402, createdAt: now - 49 * hour },
    checkpoints: [{ kind: 'last', step: 400, valLossNats: 3.402, savedAt: now - 48 * hour, sizeBytes: 8_100_000 }],
  }),
]
const running = run({
  ...{ runId: 'run_00000004', name: 'Letters, medium', state: 'running', step: 460, maxSteps: 2000, endedAt: null },
  ...{ createdAt: now - 20 * minute, startedAt: now - 20 * minute, trainedMs: 18 * minute, hasNotes: false },
})

const queued = ['Letters · twice the layers', '家书 · 小型'].map((name, place) =>
  run({
    ...{ runId: `run_0000001${place}`, name, state: 'queued', step: 0, checkpoints: [], bestValLossNats: null },
    ...{ createdAt: now - 5 * minute, startedAt: null, endedAt: null, trainedMs: 0, hasNotes: false, seq: 0 },
    ...{ trainLossNats: null, tokensPerSecond: null, engine: null },
  }),
)

/** Losses that fall as a power of the step, with a ripple instead of noise. */
const loss = (step: number): number => 1.9 + 3.2 * (1 + step / 40) ** -0.7 + 0.05 * Math.sin(step)
const curves = (of: RunRecord) => {
  const steps = Array.from({ length: Math.floor(of.step / 10) }, (_, i) => 10 * (i + 1))
  return {
    ...{ runId: of.runId, seq: of.seq },
    steps: steps.map((step, seq) => ({
      ...{ seq, step, tokens: step * 2048, elapsedMs: step * 850, lossNats: loss(step), gradNorm: 1 + Math.cos(step) },
      ...{ learningRate: 0.002, tokensPerSecond: 41_300, memoryBytes: 6e8 },
      ...{ minLossNats: loss(step) - 0.1, maxLossNats: loss(step) + 0.1 },
    })),
    evals: steps
      .filter((step) => step % 50 === 0)
      .map((step, i) => {
        const valLossNats = 2.15 + 3.2 * (1 + step / 40) ** -0.8
        return {
          ...{ seq: 1000 + i, step, tokens: step * 2048, elapsedMs: step * 850, valLossNats },
          ...{ perplexity: Math.exp(valLossNats), bitsPerByte: valLossNats / 2.3, accuracy: 0.41 },
        }
      }),
  }
}

const summary = {
  layers: [{ name: 'wte', shapes: [[512, 192]], parameters: 98_304 }],
  ...{ parameterCount: 1_843_200, vocabSize: 2048, memoryBytes: 6.2e8, epochs: 3.1 },
}
const detail = (of: RunRecord): RunDetail => ({
  ...{ run: of, config, choice: { model: config.model, size: 'small', length: 'normal' }, summary, rollbacks: [] },
  notes: of.hasNotes ? 'Twice the layers of the first one. Dates come out right now.' : '',
  tiers: [{ step: 0, tier: 'xla', precision: 'float32', timings: [] }],
  samples: [50, 400, 1150]
    .filter((step) => step <= of.step)
    .map((step) => ({
      ...{ step, prompt: 'My dear', at: now - 3 * hour + step * 850 },
      text: ' Clara, the winter has been long and the harbour still lies under ice. We speak of you every evening.',
    })),
})

const estimate = { lowMs: 11 * minute, likelyMs: 14 * minute, highMs: 18 * minute, basis: 'probe' as const }
const size = (wish: SizeDial, parameterCount: number) => ({
  choice: { model: 'llama' as const, size: wish, length: 'normal' as const },
  ...{ parameterCount, memoryBytes: parameterCount * 340, estimate },
})
const plan: RunPlan = {
  ...{
    config,
    suggested: config,
    summary,
    problems: [],
    estimate,
    speedTest: { state: 'known' as const },
    diskBytes: 4.5e7,
    suggestedSize: 'small',
  },
  verdict: { kind: 'fits', words: 55_500, passes: 3.1, likelyMs: estimate.likelyMs, better: null },
  options: [size('tiny', 812_000), size('small', 1_843_200), size('medium', 6_900_000), size('large', 21_000_000)],
}

const conversations: ConversationRecord[] = [
  {
    ...{ conversationId: 't_00000001', title: 'Winter letter', runId: 'run_00000001', deletedModel: null },
    ...{ corpusId: 'c_00000001', updatedAt: now - hour, messages: 2 },
  },
]
const messages: MessageRecord[] = [
  message('m_00000001', { text: 'The ship came in at', at: now - hour }),
  message('m_00000002', {
    ...{ versions: ['m_00000003', 'm_00000002'], role: 'model', at: now - hour },
    text: ' dawn, and with it the first letters since autumn. Your brother read them aloud by the stove.',
    ...{ runId: 'run_00000001', model: 'Letters, small', checkpoint: 'best', step: 1150 },
    ...{ seed: 7, tokens: 24, tokensPerSecond: 190, endReason: 'length' },
  }),
]

const computer: ComputerInfo = {
  ...{ appVersion: '0.1.0', nodeVersion: '24.0.0', platform: 'linux', processor: 'Two cores', cores: 2 },
  ...{ memoryBytes: 16e9, freeMemoryBytes: 9e9, freeDiskBytes: 80e9, gpus: [] },
  ...{ profileDir: '/home/clara/Homegrown', profileWritable: true, engineWish: 'auto', engineWishFixed: false },
  ...{ engine: 'tensorflow', engineReason: 'only', warnings: [] },
  engines: [
    {
      ...{ engine: 'tensorflow', available: true, version: '2.21.0', location: '/home/clara/engines' },
      ...{ hardware: 'Two cores', stepMs: 72.5, measuredAt: now - 40 * hour, problem: null },
    },
    {
      ...{ engine: 'wasm', available: true, version: '4.22.0', location: null, hardware: 'Two cores' },
      ...{ stepMs: 402, measuredAt: now - 40 * hour, problem: null },
    },
  ],
}

/**
 * Puts a profile in which somebody has worked for three days, always the same, at the other end of the bridge.
 * @returns its settings, which the next page reads
 */
export function openHouse(): { settings: Settings } {
  const all = [...runs, running, ...queued]
  const find = (runId: string): RunRecord => all.find((one) => one.runId === runId) ?? run({ runId })
  const house = { settings: defaultSettings }
  installBridge({
    'system.info': () => computer,
    'settings.get': () => house.settings,
    // A page that is only looked at changes nothing.
    'settings.set': () => house.settings,
    'engines.packages': () => [],
    'corpora.list': () => texts,
    'corpora.preview': () => ({ text: 'My dear Clara,', nextOffsetBytes: 14, totalBytes: 318_002 }),
    'corpora.documents': () => [],
    'runs.list': () => ({ revision: 1, runs: all, removed: null }),
    'runs.get': ({ runId }) => detail(find(runId)),
    'runs.curves': ({ runId }) => curves(find(runId)),
    'runs.plan': () => plan,
    'runs.measure': () => ({}),
    'runs.compare': ({ runIds }) => ({
      runs: runIds.map(find),
      curves: runIds.map((id) => curves(find(id))),
      differences: [{ field: 'nLayer', values: [4, 2] }],
    }),
    'runs.search': () => [],
    'queue.get': () => ({
      paused: false,
      entries: queued.map(({ runId }, place) => ({ runId, startsAt: now + (22 + 15 * place) * minute })),
    }),
    'system.profile': () => ({ folder: computer.profileDir, writable: true }),
    'talk.list': () => conversations,
    'talk.get': () => ({ conversation: conversations[0] as ConversationRecord, messages }),
    'talk.writing': () => null,
    'talk.reading': () => ({ tokens: 31, limit: 256, unread: 0 }),
    'talk.starters': () => ['The ship came in', 'My dear brother', 'All winter we'],
    'trash.list': () => ({
      items: [
        {
          ...{ kind: 'run', id: 'run_00000009', name: 'First try', deletedAt: now - 2 * hour },
          ...{ goesAt: now + 29 * 24 * hour, sizeBytes: 12_000_000 },
        },
      ],
      sizeBytes: 12_000_000,
    }),
  })
  return house
}
