import { expect, type Page } from '@playwright/test'
import { join } from 'node:path'
import type { Input, Method, Output } from '../../src-preload/contract/methods'
import type {} from '../../src-renderer/api' // declares window.homegrown
import { test } from './app'
import { root } from './root'

async function ask<M extends Method>(page: Page, method: M, input: Input<M>): Promise<Output<M>> {
  const result = await page.evaluate(([name, value]) => window.homegrown?.request(name, value), [
    method,
    input,
  ] as const)
  if (result?.ok !== true) throw new Error(`${method}: ${JSON.stringify(result)}`)
  return result.output as Output<M>
}

test('closing the window in the middle of a training keeps what was learned', async ({ open }) => {
  const first = await open()
  const { page } = first
  const path = join(root, 'resources/sample/en.txt')
  const { corpusId } = await ask(page, 'corpora.import', { sources: [{ kind: 'path', path }] })
  await expect
    .poll(async () => (await ask(page, 'corpora.list', {})).find((one) => one.corpusId === corpusId)?.state, {
      timeout: 60_000,
    })
    .toBe('ready')
  const { config } = await ask(page, 'runs.plan', {
    corpusId,
    choice: { model: 'gpt', size: 'tiny', length: 'quick' },
    overrides: { maxSteps: 100_000, evalInterval: 100_000, checkpointMinutes: 600 },
  })
  const { runId } = await ask(page, 'runs.start', { corpusId, config })
  await expect
    .poll(async () => (await ask(page, 'runs.get', { runId })).run.step, { timeout: 120_000 })
    .toBeGreaterThan(10)
  await first.close()

  const second = await open()
  const { run } = await ask(second.page, 'runs.get', { runId })
  expect(['paused', 'interrupted']).toContain(run.state)
  expect(run.checkpoints.map((checkpoint) => checkpoint.kind)).toContain('last')
  expect(run.step).toBeGreaterThan(10)
  expect((await ask(second.page, 'runs.resume', { runId })).error).toBeNull()
})
