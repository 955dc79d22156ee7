import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { appendToLog } from '../../../src-main/backend/log-file'
import { temporaryFolder } from '../temporary'

it('keeps what is newest, in two files of the limit at most', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'backend.log')
  const entries = Array.from({ length: 100 }, (_, i) => `failure ${i} ${'ä'.repeat(i % 30)}`)
  for (const entry of entries) appendToLog(file, entry, 1000)
  expect(readdirSync(folder).sort()).toEqual(['backend.log', 'backend.log.1'])
  for (const name of [file, `${file}.1`]) expect(statSync(name).size).toBeLessThanOrEqual(1000)
  const lines = [`${file}.1`, file].flatMap((name) => readFileSync(name, 'utf8').trimEnd().split('\n'))
  // Whole, in order, and none lost between the two.
  expect(lines).toEqual(entries.slice(-lines.length))
  expect(lines.length).toBeGreaterThan(20)
})

it('is for its owner alone, and cuts an entry that has no end', () => {
  const file = join(temporaryFolder(), 'backend.log')
  appendToLog(file, 'x'.repeat(5000), 1000)
  appendToLog(file, 'next', 1000)
  expect(readFileSync(`${file}.1`, 'utf8')).toBe('x'.repeat(1000))
  expect(readFileSync(file, 'utf8')).toBe('next\n')
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
})
