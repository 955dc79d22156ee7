import { expect } from '@playwright/test'
import type { Input, Method, Output } from '../../src-preload/contract/methods'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import type {} from '../../src-renderer/api' // declares window.homegrown
import { patienceMs, sampleFile, small } from './journey'

/** Calls a function in the page of the window. */
export type Call = <A, T>(work: (argument: A) => T | Promise<T>, argument: A) => Promise<T>

/** What the page itself would ask the backend. */
export async function ask<M extends Method>(call: Call, method: M, input: Input<M>): Promise<Output<M>> {
  const result = await call(([name, value]) => window.homegrown?.request(name, value), [method, input] as const)
  if (result?.ok !== true) throw new Error(`${method}: ${JSON.stringify(result)}`)
  return result.output as Output<M>
}

/** As the form's tests have it, and nothing is compiled beside it. */
const settings: Partial<RunConfig> = {
  ...Object.fromEntries(Object.entries(small).map(([field, value]) => [field, Number(value)])),
  sampleInterval: 0,
  logInterval: 10,
  compile: 'graph',
}

/** Starts a small training of the sample text. @returns its record */
export async function startTraining(call: Call, overrides: Input<'runs.plan'>['overrides']): Promise<RunRecord> {
  const { corpusId } = await ask(call, 'corpora.import', { sources: [{ kind: 'path', path: sampleFile }] })
  await expect
    .poll(async () => (await ask(call, 'corpora.list', {})).find((one) => one.corpusId === corpusId)?.state, {
      timeout: patienceMs,
    })
    .toBe('ready')
  const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
  const { config } = await ask(call, 'runs.plan', { corpusId, choice, overrides: { ...settings, ...overrides } })
  return await ask(call, 'runs.start', { corpusId, config })
}

/** Starts a training that saves nothing and ends nowhere near, and waits for its first steps. @returns its runId */
export async function startLongTraining(call: Call): Promise<string> {
  const { runId } = await startTraining(call, { maxSteps: 1_000_000, evalInterval: 100_000, checkpointMinutes: 600 })
  await expect
    .poll(async () => (await ask(call, 'runs.get', { runId })).run.step, { timeout: patienceMs })
    .toBeGreaterThan(10)
  return runId
}
