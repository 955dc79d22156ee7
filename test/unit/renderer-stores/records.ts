import { runLimits } from '../../../src-preload/contract/limits'
import type { MessageRecord } from '../../../src-preload/contract/records/conversations'
import type { EvalRow, RunCurves, StepRow } from '../../../src-preload/contract/records/curves'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { RunDetail, RunListChanges, RunRecord } from '../../../src-preload/contract/records/runs'

export const runId = 'run_00000000'

export const record = (over: Partial<RunRecord> = {}): RunRecord => ({
  runId,
  name: 'First',
  state: 'running',
  wish: null,
  model: 'gpt',
  corpusId: 'cor_00000000',
  corpus: 'Tales',
  parameterCount: 1000,
  step: 0,
  maxSteps: 100,
  bestValLossNats: null,
  trainLossNats: null,
  tokensPerSecond: null,
  engine: null,
  createdAt: 1,
  startedAt: 1,
  endedAt: null,
  trainedMs: 0,
  trainedAt: null,
  checkpoints: [],
  resumedFrom: null,
  parent: null,
  extensions: [],
  hasNotes: false,
  error: null,
  seq: 0,
  ...over,
})

export const detail = (over: Partial<RunRecord> = {}): RunDetail => ({
  run: record(over),
  notes: '',
  config: Object.fromEntries(Object.entries(runLimits).map(([key, limit]) => [key, limit.default])) as RunConfig,
  choice: { model: 'gpt', size: 'tiny', length: 'normal' },
  summary: { layers: [], parameterCount: 1000, vocabSize: 512, memoryBytes: 1, epochs: 1 },
  tiers: [],
  rollbacks: [],
  samples: [],
})

export const stepRow = (seq: number, step: number): StepRow => ({
  seq,
  step,
  tokens: step,
  elapsedMs: step,
  lossNats: 3,
  gradNorm: 1,
  learningRate: 1e-3,
  tokensPerSecond: 100,
  memoryBytes: 1,
})

export const evalRow = (seq: number, step: number, valLossNats: number): EvalRow => ({
  seq,
  step,
  tokens: step,
  elapsedMs: step,
  valLossNats,
  perplexity: Math.exp(valLossNats),
  bitsPerByte: 1,
  accuracy: 0.5,
})

export const curves = (seq: number, steps: StepRow[]): RunCurves => ({
  runId,
  seq,
  steps: steps.map((row) => ({ ...row, minLossNats: row.lossNats, maxLossNats: row.lossNats })),
  evals: [],
})

export const message = (messageId: string, over: Partial<MessageRecord> = {}): MessageRecord => ({
  messageId,
  role: 'person',
  text: 'Once',
  at: 1,
  versions: [messageId],
  runId: null,
  model: null,
  checkpoint: null,
  step: null,
  seed: null,
  tokens: null,
  tokensPerSecond: null,
  endReason: null,
  ...over,
})

/** Answers of runs.list: every run there is. */
export const whole = (...runs: RunRecord[]): RunListChanges => ({ revision: 1, runs, removed: null })
