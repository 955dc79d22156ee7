// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { effectScope } from 'vue'
import { beforeEach, expect, it, vi } from 'vitest'
import { AppError } from '../../../src-preload/contract/errors'
import { record, runId } from '../renderer-stores/records'
import { installBridge } from './bridge'

let freeMemory = false
const asked: unknown[] = []
const deleted: string[] = []
const conversations: { runId: string }[] = []
installBridge({
  'runs.list': () => ({ revision: 1, runs: [record()], removed: null }),
  'runs.resume': (input) => {
    asked.push(input)
    if (!freeMemory && input.withLessMemory !== true) throw new AppError('run.fitsWithLess', { neededGb: 2, freeGb: 1 })
    return record({ state: 'queued' })
  },
  'runs.delete': (input) => {
    deleted.push(input.runId)
    return {}
  },
  'talk.list': () =>
    conversations.map(({ runId: of }, i) => ({
      ...{ conversationId: `talk_0000000${i}`, title: '', runId: of, deletedModel: null, corpusId: null },
      ...{ updatedAt: 1, messages: 1 },
    })),
  'runs.pause': () => {
    throw new AppError('run.notActive')
  },
})
const { useRunActions } = await import('../../../src-renderer/composables/useRunActions')
const { useAppStore } = await import('../../../src-renderer/stores/app')
const { useRunsStore } = await import('../../../src-renderer/stores/runs')

const actions = () => {
  const found = effectScope().run(useRunActions)
  if (!found) throw new Error('no scope')
  return found
}

beforeEach(() => {
  setActivePinia(createPinia())
  asked.length = 0
  deleted.length = 0
  freeMemory = false
})

it('offers to go on with less memory where that is what fits, and does so only when asked to', async () => {
  const app = useAppStore()
  await actions().resume(runId)
  expect(app.error?.code).toBe('run.fitsWithLess')
  expect(app.remedy?.key).toBe('run.action.resumeWithLess')
  expect(asked).toEqual([{ runId }])
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

it('deletes at once what nothing depends on, and asks where a training stops or a conversation loses its model', async () => {
  const app = useAppStore()
  const runs = useRunsStore()
  await runs.open()
  const other = record({ runId: 'run_00000001', state: 'done' })
  conversations.length = 0
  expect(await actions().remove([other])).toBe(true)
  expect(deleted).toEqual([other.runId])
  expect(app.notices.at(-1)?.actions).toHaveLength(1)

  conversations.push({ runId: other.runId })
  const cancelled = actions().remove([record(), other])
  await vi.waitFor(() => {
    expect(app.question?.lines.map(({ key }) => key)).toEqual([
      'run.delete.training',
      'run.delete.conversations',
      'run.delete.trash',
    ])
  })
  app.answer(false)
  expect(await cancelled).toBe(false)
  expect(deleted).toHaveLength(1)
  const wanted = actions().remove([record()])
  await vi.waitFor(() => {
    expect(app.question).not.toBeNull()
  })
  app.answer(true)
  expect(await wanted).toBe(true)
  expect(deleted).toEqual([other.runId, runId])
})
