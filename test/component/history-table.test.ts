import { expect, it } from 'vitest'
import { page } from 'vitest/browser'
import HistoryTable from '../../src-renderer/components/history/HistoryTable.vue'
import { record } from '../unit/renderer-stores/records'
import { show } from './mount'

const rows = Array.from({ length: 10_000 }, (_, i) =>
  record({ runId: `run_${String(i).padStart(8, '0')}`, name: `Run ${i}`, bestValLossNats: i / 1000, state: 'done' }),
)
const table = (over: object = {}) =>
  show(HistoryTable, { rows, order: { column: 'created', descending: true }, selected: [], ...over })

it('has in the page only the rows in sight, of ten thousand', async () => {
  table()
  await expect.element(page.getByRole('link', { name: 'Run 0', exact: true })).toBeVisible()
  expect(document.querySelectorAll('tbody tr').length).toBeLessThan(60)
})

it('shows the last row when scrolled to the end', async () => {
  table()
  await expect.element(page.getByRole('link', { name: 'Run 0', exact: true })).toBeVisible()
  const wrapper = document.querySelector('.v-table__wrapper')
  // Again while rows are still measured: each measurement makes the table longer.
  const toEnd = (): string | null | undefined => {
    wrapper?.scrollTo({ top: wrapper.scrollHeight })
    return [...document.querySelectorAll('tbody a')].at(-1)?.textContent
  }
  await expect.poll(toEnd, { timeout: 10_000 }).toBe('Run 9999')
})

it('begins with the lowest loss, and turns round at the second press', async () => {
  const { emitted } = table()
  const head = page.getByRole('columnheader', { name: /loss/i })
  await head.click()
  await head.click()
  expect(emitted['update:order']).toEqual([
    { column: 'loss', descending: false },
    { column: 'loss', descending: true },
  ])
})

it('selects one, and all of them, also those out of sight', async () => {
  const { emitted } = table()
  await page.getByRole('checkbox', { name: /Run 1$/ }).click()
  expect(emitted['update:selected']?.at(-1)).toEqual(['run_00000001'])
  await page.getByRole('checkbox', { name: /all/i }).click()
  expect((emitted['update:selected']?.at(-1) as string[]).length).toBe(rows.length)
})

it('asks to rename and to delete the run whose menu was opened', async () => {
  const { emitted } = table()
  await page.getByRole('button', { name: /Run 2$/ }).click()
  await page.getByText('Rename').click()
  await page.getByRole('button', { name: /Run 3$/ }).click()
  await page.getByText('Delete').click()
  expect(emitted['rename']).toMatchObject([{ name: 'Run 2' }])
  expect(emitted['remove']).toMatchObject([{ name: 'Run 3' }])
})
