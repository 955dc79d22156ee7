import type { Db } from '../../../src-main/backend/db/connection'
import { insertRun } from '../../../src-main/backend/db/runs'
import { configFor } from '../../../src-main/plan/presets'
import type { CorpusCounts } from '../../../src-preload/contract/records/corpora'
import type { StepRow } from '../../../src-preload/contract/records/curves'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'

export const counts: CorpusCounts = {
  characters: 300_000,
  words: 50_000,
  lines: 6000,
  bytes: 300_000,
  distinctCharacters: 70,
  tokens: 100_000,
  maxVocabSize: 9000,
}

export const config: RunConfig = configFor({ model: 'gpt', size: 'tiny', length: 'quick' }, counts)

export function addRun(db: Db, runId: string, change: Partial<RunConfig> = {}): void {
  insertRun(db, {
    runId,
    name: runId,
    corpusId: 'c_00000000',
    corpus: 'text',
    config: { ...config, ...change },
    vocabSize: 512,
    trainTokens: 90_000,
    split: 'blocks',
    parameterCount: 1,
    createdAt: 1,
    parent: null,
  })
}

export const stepRow = (seq: number, lossNats: number): StepRow => ({
  seq,
  step: seq,
  tokens: seq * 768,
  elapsedMs: seq * 40.5,
  lossNats,
  gradNorm: 1.5,
  learningRate: 1e-3,
  tokensPerSecond: 20_000.5,
  memoryBytes: 5_000_000_000,
})
