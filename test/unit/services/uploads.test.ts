import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { openBackend } from './backend'

const twoHoursAgo = Date.now() / 1000 - 7200

describe('uploads', () => {
  it('are swept when nothing was sent for an hour, whatever else is wrong in their folder', async () => {
    const { backend, profileDir } = openBackend()
    const folder = join(profileDir, 'uploads')
    mkdirSync(folder, { recursive: true })
    // Asked about, it is not there: as if another process had just removed it.
    symlinkSync(join(folder, 'nowhere'), join(folder, 'a-vanished'))
    for (const name of ['b-old', 'c-new']) writeFileSync(join(folder, name), 'text')
    utimesSync(join(folder, 'b-old'), twoHoursAgo, twoHoursAgo)
    // The first of a large folder, whose last file has just arrived.
    await backend.services.uploads.sweep()
    expect(readdirSync(folder)).toContain('b-old')
    utimesSync(join(folder, 'c-new'), twoHoursAgo, twoHoursAgo)
    await backend.services.uploads.sweep()
    expect(readdirSync(folder)).toEqual([])
  })

  it('stay while they are sent and while they are read, for other processes too', async () => {
    const { backend, profileDir } = openBackend()
    const other = openBackend(profileDir).backend.services.uploads
    const { uploads } = backend.services
    const folder = join(profileDir, 'uploads')
    const age = (): void => {
      for (const name of readdirSync(folder)) utimesSync(join(folder, name), twoHoursAgo, twoHoursAgo)
    }
    const body = new PassThrough()
    const receiving = uploads.receive(body, 'a.txt')
    body.write('half')
    await vi.waitFor(() => {
      expect(readdirSync(folder)).toHaveLength(1)
    })
    // As after a night asleep.
    age()
    await uploads.sweep()
    await other.sweep()
    body.end(' and half')
    const { uploadId } = await receiving

    const { path } = uploads.sourceOf(uploadId)
    uploads.hold(uploadId)
    age()
    await uploads.sweep()
    await other.sweep()
    expect(existsSync(path)).toBe(true)
    await uploads.remove(uploadId)
    expect(readdirSync(folder)).toEqual([])
  })

  it('are called what they were called in their folder, and never leave theirs', async () => {
    const { uploads } = openBackend().backend.services
    const label = async (name: string): Promise<string> =>
      uploads.sourceOf((await uploads.receive(Readable.from([Buffer.from('x')]), name)).uploadId).name
    expect(await label('tales/old/a.txt')).toBe('tales/old/a.txt')
    expect(await label('../../etc/passwd')).toBe('etc/passwd')
    expect(await label('C:\\tales\\a.txt')).toBe('C:/tales/a.txt')
    expect(await label('/')).toBe('upload.txt')
    expect(await label('x'.repeat(500))).toHaveLength(255)
  })
})
