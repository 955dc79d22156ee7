import { expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import TrainLonger from '../../src-renderer/components/run/TrainLonger.vue'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { record } from '../unit/renderer-stores/records'
import { show } from './mount'

const saved = (step: number) => ({ kind: 'last' as const, step, valLossNats: 2, savedAt: 1, sizeBytes: 1 })
/** Its steps took 0.5 s each. */
const finished = record({
  ...{ state: 'done', step: 1200, maxSteps: 1200, trainedMs: 600_000 },
  checkpoints: [saved(1200)],
})

const dialog = page.getByRole('dialog', { name: 'Train longer' })
const steps = dialog.getByLabelText('More steps')
const saying = (words: string) => dialog.getByText(words, { exact: false })
const start = dialog.getByRole('button', { name: 'Train longer' })

/** As its page does: it is there all the time, and opened by a button. */
function open(run: RunRecord): { asked: () => unknown[]; openAgain: () => void } {
  const { props, emitted } = show(TrainLonger, { run, modelValue: false })
  const openAgain = (): void => {
    props['modelValue'] = true
  }
  openAgain()
  return { asked: () => emitted['extend'] ?? [], openAgain }
}

it('suggests half as many steps again, and says where they end and how long they take', async () => {
  const { asked } = open(finished)
  await expect.element(steps).toHaveValue('600')
  await expect.element(steps).toHaveFocus()
  await expect.element(saying('Training continues from step 1,200')).toBeVisible()
  await expect.element(saying('Ends at step 1,800, takes about 5 min.')).toBeVisible()
  await expect.element(saying('This replaces')).not.toBeInTheDocument()
  await steps.fill('12')
  await expect.element(saying('Ends at step 1,212, takes less than a minute.')).toBeVisible()
  await userEvent.keyboard('{Enter}')
  await expect.element(dialog).not.toBeInTheDocument()
  expect(asked()).toEqual([12])
})

it.each([
  ['none', 'Enter a number.'],
  ['0', 'Enter a number from 1 to 1,000,000.'],
  ['1,000,001', 'Enter a number from 1 to 1,000,000.'],
  ['1.5', 'Enter a whole number.'],
  ['10.000', 'Did you mean 10 or 10,000?'],
])('starts nothing with “%s”, and says why', async (typed, why) => {
  const { asked } = open(finished)
  await steps.fill(typed)
  await expect.element(saying(why)).toBeVisible()
  await expect.element(start).toBeDisabled()
  await userEvent.keyboard('{Enter}')
  await expect.element(dialog).toBeVisible()
  expect(asked()).toEqual([])
})

it('repeats the number that it understood', async () => {
  const { asked } = open(finished)
  await steps.fill('10 000')
  await expect.element(saying('Read as 10,000')).toBeVisible()
  await start.click()
  expect(asked()).toEqual([10_000])
})

it('of a stopped run says what becomes of the steps left, counts from its last save, and forgets what was cancelled', async () => {
  const stopped = record({
    ...{ state: 'stopped', step: 430, maxSteps: 1200, trainedMs: 215_000 },
    checkpoints: [saved(400)],
  })
  const { asked, openAgain } = open(stopped)
  await expect.element(saying('This replaces the steps left up to 1,200.')).toBeVisible()
  await expect.element(steps).toHaveValue('200')
  await expect.element(saying('Ends at step 600')).toBeVisible()
  await steps.fill('999')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect.element(dialog).not.toBeInTheDocument()
  openAgain()
  await expect.element(steps).toHaveValue('200')
  expect(asked()).toEqual([])
})
