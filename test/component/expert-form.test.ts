import { expect, it, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { runLimits } from '../../src-preload/contract/limits'
import type { CorpusRecord } from '../../src-preload/contract/records/corpora'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { defaultSettings } from '../../src-preload/contract/records/settings'
import { installBridge } from '../unit/renderer-app/bridge'

const suggestion = Object.fromEntries(
  Object.entries(runLimits).map(([field, { default: usual }]) => [field, usual]),
) as unknown as RunConfig
const text: CorpusRecord = {
  ...{ corpusId: 'c_00000001', name: 'Tales', state: 'ready', createdAt: 1, documents: 1 },
  ...{ leftOut: 0, repaired: 0, lost: 0, dismissed: false, counts: null, error: null },
}
const planned: RunConfig[] = []
const started: RunConfig[] = []
installBridge({
  'settings.get': () => ({ ...defaultSettings, expert: true }),
  'corpora.list': () => [text],
  'runs.list': () => ({ revision: 1, runs: [], removed: null }),
  'runs.plan': ({ overrides }) => {
    const config = { ...suggestion, ...overrides }
    planned.push(config)
    const error = { code: 'config.headsDoNotDivide' as const, params: { nEmbd: config.nEmbd, nHead: config.nHead } }
    return {
      ...{ config, diskBytes: 1e7, estimate: null, suggested: suggestion, suggestedSize: 'tiny' as const, options: [] },
      speedTest: { state: 'soon' as const },
      summary: { layers: [], parameterCount: 800_000, vocabSize: 512, memoryBytes: 1e8, epochs: 2 },
      problems: config.nEmbd % config.nHead === 0 ? [] : [{ field: 'nHead', error, fix: { nHead: 4 } }],
      verdict: { kind: 'fits' as const, words: 50_000, passes: 2, likelyMs: null, better: null },
    }
  },
  'runs.measure': () => ({}),
  'runs.start': ({ config }) => {
    started.push(config)
    throw new Error('far enough')
  },
})
// After the bridge: the stores look for it when they are loaded.
const { default: NewRunView } = await import('../../src-renderer/views/NewRunView.vue')
const { show } = await import('./mount')

const settings = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-field]')]
const field = (name: string): HTMLInputElement | null =>
  document.querySelector<HTMLInputElement>(`[data-field="${name}"] input`)
/** A field that is folded away is not there for the person, whether or not the page still has it. */
const isOpen = (name: string): boolean => field(name)?.checkVisibility() === true
const start = page.getByTestId('start-training')

async function type(name: string, value: string): Promise<void> {
  await vi.waitFor(() => {
    expect(isOpen(name)).toBe(true)
  })
  await userEvent.fill(field(name) as HTMLInputElement, value)
}

it('shows no setting until a group is opened', async () => {
  show(NewRunView)
  await expect.element(start).toBeEnabled()
  expect(settings().filter((one) => one.checkVisibility())).toEqual([])
  await page.getByTestId('all-settings').click()
  await vi.waitFor(() => {
    expect(isOpen('nLayer') && isOpen('learningRate') && isOpen('seed')).toBe(true)
  })
})

it('finds a setting by its name in code, by a word of its help, and says when there is none', async () => {
  show(NewRunView)
  const search = page.getByTestId('search-settings').getByRole('textbox')
  await search.fill('nEmbd')
  await vi.waitFor(() => {
    expect(isOpen('nEmbd')).toBe(true)
  })
  expect(isOpen('learningRate')).toBe(false)
  await search.fill('learning rate')
  await vi.waitFor(() => {
    expect(isOpen('learningRate')).toBe(true)
  })
  await search.fill('no such thing')
  await expect.element(page.getByText(/no such thing/)).toBeVisible()
  await search.fill('')
  await vi.waitFor(() => {
    expect(settings().filter((one) => one.checkVisibility())).toEqual([])
  })
})

it('leads from a problem to its field, opens its group and puts the cursor there', async () => {
  show(NewRunView)
  await page.getByTestId('all-settings').click()
  await type('nHead', '5')
  await expect.element(start).toBeDisabled()
  // Fold everything, as somebody who has scrolled on to another group would.
  await page.getByTestId('all-settings').click()
  await vi.waitFor(() => {
    expect(isOpen('nHead')).toBe(false)
  })
  const problems = document.querySelector('section[aria-label]')
  problems?.querySelector<HTMLElement>('.to-field')?.click()
  await vi.waitFor(() => {
    expect(isOpen('nHead')).toBe(true)
    expect(document.activeElement).toBe(field('nHead'))
  })
  const { top, bottom } = (field('nHead') as HTMLElement).getBoundingClientRect()
  expect(top).toBeGreaterThanOrEqual(0)
  expect(bottom).toBeLessThanOrEqual(innerHeight)
})

it('takes the correction that is offered, and can start then', async () => {
  show(NewRunView)
  await page.getByTestId('all-settings').click()
  await type('nHead', '5')
  await expect.element(start).toBeDisabled()
  await page.getByRole('button', { name: /4$/ }).click()
  await expect.element(start).toBeEnabled()
  expect(field('nHead')?.value).toBe('4')
})

it('starts what is shown, and nothing while a number is in doubt', async () => {
  show(NewRunView)
  await page.getByTestId('all-settings').click()
  await type('maxSteps', '10.000')
  await expect.element(start).toBeDisabled()
  await type('maxSteps', '12000')
  await expect.element(start).toBeEnabled()
  await start.click()
  await vi.waitFor(() => {
    expect(started.at(-1)?.maxSteps).toBe(12_000)
  })
})

it('goes back to the suggestion, one setting or all of them', async () => {
  show(NewRunView)
  await page.getByTestId('all-settings').click()
  await type('maxSteps', '12000')
  await type('batchSize', '8')
  await expect.element(page.getByText('2 settings changed')).toBeVisible()
  document.querySelector<HTMLElement>('[data-field="batchSize"] button')?.click()
  await expect.element(page.getByText('1 setting changed')).toBeVisible()
  expect(field('batchSize')?.value).not.toBe('8')
  document.querySelector<HTMLElement>('.changed button')?.click()
  await vi.waitFor(() => {
    expect(document.querySelector('.changed')).toBeNull()
  })
})

it('renders no other setting again while a number is typed, nor when its plan arrives', async () => {
  const { renderedAgain } = show(NewRunView)
  await page.getByTestId('all-settings').click()
  await type('maxSteps', '1200')
  await expect.element(page.getByText('1 setting changed')).toBeVisible()
  await expect.element(start).toBeEnabled()
  renderedAgain.length = 0
  await type('maxSteps', '1234')
  await vi.waitFor(() => {
    expect(planned.at(-1)?.maxSteps).toBe(1234)
  })
  await expect.element(start).toBeEnabled()
  const fieldOf = (node: Node): string | undefined =>
    node.parentElement?.closest<HTMLElement>('[data-field]')?.dataset['field']
  expect(new Set(renderedAgain.map(fieldOf))).toEqual(new Set(['maxSteps', undefined]))
})
