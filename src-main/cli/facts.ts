import type { ComputerInfo } from '../../src-preload/contract/records/computer'
import type { EvalRow } from '../../src-preload/contract/records/curves'
import type { RunDetail, RunRecord } from '../../src-preload/contract/records/runs'
import { count, gigabytes } from './amounts'
import { duration } from './durations'
import { localTime } from './local-time'
import { texts } from './text'

/** A label and a value; rows whose value is unknown are left out. */
export type Facts = readonly (readonly [label: string, value: string])[]

const known = (rows: readonly (readonly [string, string | null])[]): Facts =>
  rows.flatMap(([label, value]) => (value === null ? [] : [[label, value] as const]))

const nats = (value: number | null): string | null => (value === null ? null : value.toFixed(4))
const time = (ms: number | null): string | null => (ms === null ? null : localTime(ms))

export function runFacts({ run, summary }: RunDetail): Facts {
  const label = texts.facts
  return known([
    [label.name, run.name],
    [label.runId, run.runId],
    [label.state, texts.state(run)],
    [label.text, run.corpus],
    [label.model, `${run.model}, ${texts.parameters(run.parameterCount)}`],
    [label.vocabulary, texts.tokens(summary.vocabSize)],
    [label.step, `${count(run.step)} of ${count(run.maxSteps)}`],
    [label.epochs, summary.epochs.toFixed(1)],
    [label.bestLoss, nats(run.bestValLossNats)],
    [label.trainLoss, nats(run.trainLossNats)],
    [label.trained, duration(run.trainedMs)],
    [label.speed, run.tokensPerSecond === null ? null : texts.speed(run.tokensPerSecond)],
    [label.engine, run.engine],
    [label.created, time(run.createdAt)],
    [label.started, time(run.startedAt)],
    [label.ended, time(run.endedAt)],
  ])
}

export const evalFacts = (row: EvalRow): Facts => [
  [texts.facts.step, count(row.step)],
  [texts.facts.valLoss, row.valLossNats.toFixed(4)],
  [texts.facts.perplexity, row.perplexity.toFixed(2)],
  [texts.facts.bitsPerByte, row.bitsPerByte.toFixed(4)],
  [texts.facts.accuracy, `${(row.accuracy * 100).toFixed(1)} %`],
  [texts.facts.tokensSeen, count(row.tokens)],
]

/** One line a fact, a column a run. */
export const comparedFacts = (runs: readonly RunRecord[]): readonly (readonly string[])[] => {
  const label = texts.facts
  const line = (name: string, of: (run: RunRecord) => string | null): string[] => [
    name,
    ...runs.map((run) => of(run) ?? '–'),
  ]
  return [
    line('', ({ name }) => name),
    line(label.state, texts.state),
    line(label.bestLoss, ({ bestValLossNats }) => nats(bestValLossNats)),
    line(label.parameters, ({ parameterCount }) => count(parameterCount)),
    line(label.step, ({ step }) => count(step)),
    line(label.trained, ({ trainedMs }) => duration(trainedMs)),
    line(label.speed, ({ tokensPerSecond }) => (tokensPerSecond === null ? null : texts.speed(tokensPerSecond))),
  ]
}

export function computerFacts(info: ComputerInfo): Facts {
  const label = texts.facts
  return [
    [label.version, info.appVersion],
    [label.node, info.nodeVersion],
    [label.system, info.platform],
    [label.processor, `${info.processor} (${texts.cores(info.cores)})`],
    [label.memory, texts.freeOf(gigabytes(info.freeMemoryBytes), gigabytes(info.memoryBytes))],
    [label.disk, texts.free(gigabytes(info.freeDiskBytes))],
    [label.cards, info.gpus.join(', ') || '–'],
    [label.profile, info.profileDir],
    [label.writable, info.profileWritable ? texts.yes : texts.readOnly],
  ]
}
