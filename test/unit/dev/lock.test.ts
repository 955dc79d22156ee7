import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../temporary'

const url = pathToFileURL(join(import.meta.dirname, '../../../resources/dev/lock.mjs')).href
const { locked } = (await import(url)) as { locked: <T>(file: string, what: string, work: () => T) => T }

it('a lock is taken over from a dead holder, and given back', () => {
  const file = join(temporaryFolder(), 'lock')
  writeFileSync(file, '999999')
  expect(locked(file, 'test', () => existsSync(file))).toBe(true)
  expect(existsSync(file)).toBe(false)
})

it('a lock that cannot be written is not left behind: whoever came next would wait for nobody', ({ skip }) => {
  const folder = temporaryFolder()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder]).status === 0
  if (!mounted) skip('only root may mount a small disk to fill')
  onTestFinished(() => void spawnSync('umount', [folder]))
  writeFileSync(join(folder, 'filler'), Buffer.alloc(4096))
  const file = join(folder, 'lock')
  expect(() => locked(file, 'test', () => 1)).toThrow('ENOSPC')
  expect(existsSync(file)).toBe(false)
})
