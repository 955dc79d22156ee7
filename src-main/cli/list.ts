import type { RunRecord } from '../../src-preload/contract/records/runs'
import type { Backend } from '../backend/backend'
import type { Arguments } from './arguments'
import { comparedFacts, evalFacts, runFacts } from './facts'
import { findRun } from './find-run'
import { json, jsonLine, line, table, text } from './output'
import { localTime } from './local-time'
import { texts } from './text'

const number = (value: number | null, digits = 3): string => (value === null ? '–' : value.toFixed(digits))
const time = (ms: number | null): string => (ms === null ? '–' : localTime(ms))

export function listRuns(backend: Backend, { options }: Arguments): number {
  const runs = backend.services.runs.list()
  if (options.json === true) json(runs)
  else if (runs.length === 0) line(texts.noRuns)
  else table([texts.runColumns, ...runs.map(toRow)])
  return 0
}

const toRow = (run: RunRecord): string[] => [
  run.runId,
  run.name,
  texts.state(run),
  run.model,
  run.corpus,
  `${run.step}/${run.maxSteps}`,
  number(run.bestValLossNats),
  time(run.startedAt),
]

export function show(backend: Backend, { operands: [wish = ''], options }: Arguments): number {
  const { runs } = backend.services
  const { runId } = findRun(runs.list(), wish)
  const detail = runs.get(runId)
  const { evals } = runs.curves(runId, 1000)
  if (options.json === true) {
    jsonLine({ ...detail, evals })
    return 0
  }
  const { run, config, samples } = detail
  table(runFacts(detail))
  if (run.parent !== null) line(texts.parent(run.parent))
  for (const extension of run.extensions) line(texts.extended(extension))
  for (const { kind, step, sizeBytes } of run.checkpoints) line(texts.checkpoint(kind, step, sizeBytes))
  const last = evals.at(-1)
  if (last !== undefined) {
    line('')
    line(texts.lastEvaluation)
    table(evalFacts(last))
  }
  line('')
  line(texts.settingsOfRun)
  table(Object.entries(config).map(([key, value]) => [key, String(value)]))
  const sample = samples.at(-1)
  if (sample !== undefined) {
    line('')
    line(texts.lastSample(sample.step))
    text(`${sample.prompt}${sample.text}\n`)
  }
  return 0
}

export function compare(backend: Backend, { operands: [a = '', b = ''], options }: Arguments): number {
  const { runs } = backend.services
  const list = runs.list()
  const runIds = [findRun(list, a).runId, findRun(list, b).runId]
  const result = runs.compare({ runIds, maxPoints: 100 })
  if (options.json === true) {
    jsonLine({ runs: result.runs, differences: result.differences })
    return 0
  }
  table([
    ...comparedFacts(result.runs),
    ...result.differences.map(({ field, values }) => [field, ...values.map(String)]),
  ])
  if (result.differences.length === 0) line(texts.same)
  return 0
}
