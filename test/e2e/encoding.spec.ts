import { expect } from '@playwright/test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from './app'
import { importText } from './journey'

/** As iconv writes it, because Node reads GB18030 and cannot write it; the last sign has four bytes. */
const line = Buffer.from('b4bac3dfb2bbbef5cffea3acb4a6b4a6cec5cce4c4f1a1a38139ee390a', 'hex')

test('a text in GB18030 arrives in its own characters', async ({ page }) => {
  const dir = mkdtempSync(join(tmpdir(), 'homegrown-encoding-'))
  const file = join(dir, '唐诗.txt')
  writeFileSync(file, Buffer.concat(Array.from({ length: 200 }, () => line)))
  expect(new TextDecoder('gb18030').decode(line)).toBe('春眠不觉晓，处处闻啼鸟。㐀\n')

  await importText(page, file)
  await page.getByRole('button', { name: 'View text' }).click()
  const preview = page.getByRole('region', { name: '唐诗.txt', exact: true })
  await expect(preview).toContainText('春眠不觉晓，处处闻啼鸟。㐀')
  await expect(preview).not.toContainText('�')
  await expect(page.getByRole('list', { name: 'Files' })).toContainText('GB18030')

  // Somebody who knows better chooses by what each encoding makes of it; the old text can be restored.
  await page.getByRole('button', { name: 'Change encoding' }).click()
  const dialog = page.getByRole('dialog', { name: 'Choose the encoding' })
  await expect(dialog.getByRole('radio').first()).toBeChecked()
  await dialog.getByText('EUC-KR', { exact: true }).click()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(preview).toBeHidden()
  await page.getByRole('button', { name: 'View text' }).click()
  await expect(page.getByRole('list', { name: 'Files' })).toContainText('EUC-KR')
  await expect(preview).not.toContainText('春眠不觉晓')
  await expect(page.getByRole('heading', { name: '唐诗.txt', exact: true })).toHaveCount(1)
  rmSync(dir, { recursive: true })
})
