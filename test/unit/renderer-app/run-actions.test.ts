// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { effectScope } from 'vue'
import { beforeEach, expect, it } from 'vitest'
import { AppError } from '../../../src-preload/contract/errors'
import { record, runId } from '../renderer-stores/records'
import { installBridge } from './bridge'

let freeMemory = false
const asked: unknown[] = []
installBridge({
  'runs.list': () => [record()],
  'runs.resume': (input) => {
    asked.push(input)
    if (!freeMemory && input.withLessMemory !== true) throw new AppError('run.fitsWithLess', { neededGb: 2, freeGb: 1 })
    return record({ state: 'queued' })
  },
  'runs.pause': () => {
    throw new AppError('run.notActive')
  },
})
const { useRunActions } = await import('../../../src-renderer/composables/useRunActions')
const { useAppStore } = await import('../../../src-renderer/stores/app')

const actions = () => {
  const found = effectScope().run(useRunActions)
  if (!found) throw new Error('no scope')
  return found
}

beforeEach(() => {
  setActivePinia(createPinia())
  asked.length = 0
  freeMemory = false
})

it('offers to go on with less memory where that is what fits, and does so only when asked to', async () => {
  const app = useAppStore()
  await actions().resume(runId)
  expect(app.error?.code).toBe('run.fitsWithLess')
  expect(app.remedy?.key).toBe('run.action.resumeWithLess')
  expect(asked).toEqual([{ runId, withLessMemory: false }])
  await app.remedyError()
  expect(asked.at(-1)).toEqual({ runId, withLessMemory: true })
  expect(app.error).toBeNull()
})

it('offers nothing with another error', async () => {
  const app = useAppStore()
  await actions().resume(runId)
  await actions().pause(runId)
  expect(app.error?.code).toBe('run.notActive')
  expect(app.remedy).toBeNull()
  freeMemory = true
  await app.remedyError()
  expect(asked).toHaveLength(1)
})
