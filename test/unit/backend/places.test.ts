import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cacheDirFrom, engineOptionsFrom, profileDirFrom } from '../../../src-main/backend/places'
import { requireNode } from '../../../src-main/backend/start'

describe('a folder from the environment', () => {
  it('that is empty is none', () => {
    const usual = profileDirFrom({})
    expect(usual.startsWith(homedir())).toBe(true)
    expect(profileDirFrom({ HOMEGROWN_PROFILE: '' })).toBe(usual)
    expect(cacheDirFrom({ HOMEGROWN_CACHE: '' })).toBe(cacheDirFrom({}))
    expect(engineOptionsFrom({ HOMEGROWN_TENSORFLOW_DIR: '', VIRTUAL_ENV: '' })).toEqual(engineOptionsFrom({}))
  })

  it('that is relative is one from here, whoever asks later', () => {
    expect(profileDirFrom({ HOMEGROWN_PROFILE: 'mine' })).toBe(resolve('mine'))
    expect(profileDirFrom({ HOMEGROWN_PROFILE: '/data/mine' })).toBe(resolve('/data/mine'))
    expect(engineOptionsFrom({ HOMEGROWN_TENSORFLOW_DIR: 'tf' }).tensorflowDirs[0]).toBe(resolve('tf'))
  })

  it.runIf(process.platform === 'linux')('of the system counts when it is absolute', () => {
    expect(profileDirFrom({ XDG_DATA_HOME: '/data' })).toBe(join('/data', 'homegrown'))
    for (const ignored of ['', 'data']) {
      expect(profileDirFrom({ XDG_DATA_HOME: ignored })).toBe(profileDirFrom({}))
      expect(cacheDirFrom({ XDG_CACHE_HOME: ignored })).toBe(cacheDirFrom({}))
    }
  })
})

it('an old Node is refused before it crashes in the database', () => {
  const old = { ...process.versions, node: '20.20.2', napi: '9' }
  expect(() => {
    requireNode(old)
  }).toThrow(
    expect.objectContaining({ code: 'program.oldNode', params: { found: '20.20.2', needed: '22.14' } }) as Error,
  )
  expect(() => {
    requireNode(process.versions)
  }).not.toThrow()
})
