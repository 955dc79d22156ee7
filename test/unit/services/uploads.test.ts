import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openBackend } from './backend'

describe('uploads', () => {
  it('are swept when they are old, whatever else is wrong in their folder', async () => {
    const { backend, profileDir } = openBackend()
    const folder = join(profileDir, 'uploads')
    mkdirSync(folder, { recursive: true })
    // Asked about, it is not there: as if another process had just removed it.
    symlinkSync(join(folder, 'nowhere'), join(folder, 'a-vanished'))
    for (const name of ['b-old', 'c-new']) writeFileSync(join(folder, name), 'text')
    const twoHoursAgo = Date.now() / 1000 - 7200
    utimesSync(join(folder, 'b-old'), twoHoursAgo, twoHoursAgo)
    await backend.services.uploads.sweep()
    expect(readdirSync(folder).filter((name) => !name.startsWith('a-'))).toEqual(['c-new'])
  })
})
