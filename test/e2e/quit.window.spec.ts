import { expect, type Page } from '@playwright/test'
import { test } from './app'
import { ask, startLongTraining, type Call } from './ask'

const on =
  (page: Page): Call =>
  (work, argument) =>
    page.evaluate(work as never, argument)

test('closing the window in the middle of a training keeps what was learned', async ({ open }) => {
  const first = await open()
  const runId = await startLongTraining(on(first.page))
  await first.close()

  const second = on((await open()).page)
  const { run } = await ask(second, 'runs.get', { runId })
  expect(['paused', 'interrupted']).toContain(run.state)
  expect(run.checkpoints.map((checkpoint) => checkpoint.kind)).toContain('last')
  expect(run.step).toBeGreaterThan(10)
  expect((await ask(second, 'runs.resume', { runId })).error).toBeNull()
})
