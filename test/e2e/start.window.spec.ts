import { expect } from '@playwright/test'
import Sqlite from 'better-sqlite3'
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from './app'
import { electronFolder } from './electron'
import { environment, root } from './root'

test('a damaged list is said in place of everything, and its copy is restored by a button', async ({
  profile,
  open,
}) => {
  const first = await open()
  await expect(first.page.getByRole('heading', { level: 1 })).toHaveText('Train your own language model')
  await first.close()
  const file = join(profile, 'homegrown.db')
  const copy = join(profile, 'backups', 'regular-2026-01-01T00.00.00.000Z.db')
  mkdirSync(join(profile, 'backups'), { recursive: true })
  const raw = new Sqlite(file)
  raw.prepare('VACUUM INTO ?').run(copy)
  raw.close()
  writeFileSync(file, 'no database'.repeat(1000))

  const { page } = await open()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your list of texts and models is damaged')
  await expect(page.getByRole('alert')).toContainText(copy)
  await expect(page.getByRole('navigation')).toHaveCount(0)
  await page.getByRole('button', { name: 'Restore the copy' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Train your own language model')
})

test('a profile that cannot be used is said before there is a window', async ({ profile }) => {
  const file = join(profile, 'a-file')
  writeFileSync(file, '')
  const electron = spawn(join(electronFolder, 'electron'), ['--no-sandbox', root], {
    cwd: root,
    env: environment(file),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  electron.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  try {
    await expect.poll(() => said).toContain(`Homegrown: ENOTDIR: not a directory, mkdir '${join(file, 'window')}'`)
  } finally {
    // Its dialog waits for a click.
    electron.kill('SIGKILL')
  }
})
