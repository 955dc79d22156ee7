import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { askedOfEngines, engineOptionsFrom } from '../../../src-main/backend/places'
import { openBackend } from './backend'

const warningsFor = async (env: NodeJS.ProcessEnv): Promise<unknown[]> => {
  const test = openBackend(undefined, { askedOfEngines: askedOfEngines(env) })
  return (await test.request('system.info', {})).warnings
}

it('says what the environment asks of engines and does not get', async () => {
  expect(await warningsFor({ HOMEGROWN_ENGINE: 'nonsense' })).toMatchObject([
    { code: 'engine.unknownName', params: { name: 'nonsense' } },
  ])
  expect(await warningsFor({ HOMEGROWN_TENSORFLOW_DIR: '/nowhere' })).toEqual([
    { code: 'engine.ownNotUsed', params: { folder: '/nowhere' } },
  ])
  expect(await warningsFor({ HOMEGROWN_ENGINE: 'wasm', HOMEGROWN_TENSORFLOW_DIR: ' ' })).toEqual([])
})

it('takes an empty variable for none, and a folder from here on', () => {
  const { engine, tensorflowDirs } = engineOptionsFrom({ HOMEGROWN_ENGINE: '', HOMEGROWN_TENSORFLOW_DIR: '' })
  expect(engine).toBe('auto')
  expect(tensorflowDirs).toHaveLength(1)
  expect(engineOptionsFrom({ HOMEGROWN_TENSORFLOW_DIR: 'here' }).tensorflowDirs[0]).toBe(resolve('here'))
})
