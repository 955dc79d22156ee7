import { expect } from '@playwright/test'
import type { Input, Method, Output } from '../../src-preload/contract/methods'
import type {} from '../../src-renderer/api' // declares window.homegrown
import { patienceMs, sampleFile } from './journey'

/** Calls a function in the page of the window. */
export type Call = <A, T>(work: (argument: A) => T | Promise<T>, argument: A) => Promise<T>

/** What the page itself would ask the backend. */
export async function ask<M extends Method>(call: Call, method: M, input: Input<M>): Promise<Output<M>> {
  const result = await call(([name, value]) => window.homegrown?.request(name, value), [method, input] as const)
  if (result?.ok !== true) throw new Error(`${method}: ${JSON.stringify(result)}`)
  return result.output as Output<M>
}

/** Starts a training that saves nothing and ends nowhere near, and waits for its first steps. @returns its runId */
export async function startLongTraining(call: Call): Promise<string> {
  const { corpusId } = await ask(call, 'corpora.import', { sources: [{ kind: 'path', path: sampleFile }] })
  await expect
    .poll(async () => (await ask(call, 'corpora.list', {})).find((one) => one.corpusId === corpusId)?.state, {
      timeout: patienceMs,
    })
    .toBe('ready')
  const { config } = await ask(call, 'runs.plan', {
    corpusId,
    choice: { model: 'gpt', size: 'tiny', length: 'quick' },
    overrides: { maxSteps: 100_000, evalInterval: 100_000, checkpointMinutes: 600 },
  })
  const { runId } = await ask(call, 'runs.start', { corpusId, config })
  await expect
    .poll(async () => (await ask(call, 'runs.get', { runId })).run.step, { timeout: patienceMs })
    .toBeGreaterThan(10)
  return runId
}
