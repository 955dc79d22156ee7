import { expect } from '@playwright/test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {} from '../../src-renderer/api' // declares window.homegrown
import { corpusLimits } from '../../src-preload/contract/limits'
import { test } from './app'

test('knows the path of a file that a person chose, and no other', async ({ page }) => {
  const dir = mkdtempSync(join(tmpdir(), 'homegrown-files-'))
  const file = join(dir, '一个 text.txt')
  writeFileSync(file, 'hello')
  await page.evaluate(() => {
    const input = document.createElement('input')
    input.type = 'file'
    input.id = 'probe'
    document.body.append(input)
  })
  await page.locator('#probe').setInputFiles(file)
  const paths = await page.evaluate(() => {
    const [chosen] = (document.querySelector('#probe') as HTMLInputElement).files ?? []
    return [chosen, new File(['x'], 'made-up.txt')].map((one) => one && window.homegrown?.pathOf(one))
  })
  expect(paths).toEqual([file, ''])
  rmSync(dir, { recursive: true })
})

test('asks the system for text files, and takes no for an answer', async ({ app }) => {
  const asked = await app.electron?.evaluate(({ dialog }) => {
    const answers = [
      { canceled: false, filePaths: ['/a.txt', '/b.md'] },
      { canceled: true, filePaths: [] },
    ]
    const seen: unknown[] = []
    Object.assign(globalThis, { seen })
    // The dialog belongs to the system: the one thing here that no test can click.
    Object.assign(dialog, {
      showOpenDialog: (_window: unknown, options: unknown) => {
        seen.push(options)
        return Promise.resolve(answers.shift())
      },
    })
    return seen
  })
  expect(asked).toEqual([])
  expect(await app.page.evaluate(() => window.homegrown?.pickTexts())).toEqual(['/a.txt', '/b.md'])
  expect(await app.page.evaluate(() => window.homegrown?.pickTexts())).toEqual([])
  const options = await app.electron?.evaluate(() => (globalThis as unknown as { seen: unknown[] }).seen[0])
  expect(options).toMatchObject({
    properties: ['openFile', 'multiSelections'],
    // What a file is, its content decides: any can be chosen, the usual ones are offered first.
    filters: [{ extensions: [...corpusLimits.usualExtensions] }, { extensions: ['*'] }],
  })
})
