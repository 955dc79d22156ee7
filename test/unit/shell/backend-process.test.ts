import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AppEvent } from '../../../src-preload/contract/events'
import type { Closing } from '../../../src-preload/contract/wire'
import { superviseBackend, type BackendProcess } from '../../../src-main/shell/backend-process'
import { temporaryFolder } from '../temporary'

const entry = join(import.meta.dirname, '../../fixtures/shell/backend.mjs')
const lost = { ok: false, error: { code: 'backend.lost', params: {} } }

let backend: BackendProcess | undefined
let events: AppEvent[] = []
let closing: Closing[] = []
function start(node = process.execPath, program = entry): BackendProcess {
  events = []
  closing = []
  backend = superviseBackend({
    node,
    entry: program,
    env: process.env,
    onEvent: (event) => events.push(event),
    onClosing: (what) => closing.push(what),
  })
  return backend
}
const backendEvents = () => events.filter((event) => event.topic === 'backend').map((event) => event.state)
const pidOf = async (one: Pick<BackendProcess, 'request'>): Promise<number> => {
  const answer = await one.request('settings.get', {})
  return answer.ok ? (answer.output as { pid: number }).pid : 0
}
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
/** A new process has to start: on a busy machine that takes a while. */
const restarted = (): Promise<void> =>
  vi.waitFor(
    () => {
      expect(backendEvents()).toEqual(['down', 'up'])
    },
    { timeout: 15_000 },
  )
afterEach(async () => {
  await backend?.close()
})

describe('superviseBackend', () => {
  it('answers each request with its own answer, binary data included', async () => {
    const { request } = start()
    const inputs = [1, 'two', { three: new Uint8Array([1, 2, 3]) }]
    const answers = await Promise.all(inputs.map((input) => request('system.info', input)))
    expect(answers.map((answer) => answer.ok && (answer.output as { input: unknown }).input)).toEqual(inputs)
    expect(backendEvents()).toEqual([])
  })

  it('passes events on', async () => {
    await start().request('corpora.list', {})
    expect(events).toEqual([{ topic: 'changed', what: 'corpora' }])
  })

  it('restarts after a crash; who was waiting hears that it is lost', async () => {
    const { request } = start()
    const first = await pidOf({ request })
    const waiting = request('talk.list', {})
    expect(await request('runs.list', {})).toEqual(lost)
    expect(await waiting).toEqual(lost)
    // Made while it is away: waits for the next one.
    const answer = await request('settings.get', {})
    expect(answer).toMatchObject({ ok: true })
    expect(answer.ok && (answer.output as { pid: number }).pid).not.toBe(first)
    await restarted()
  })

  it('survives SIGKILL of the child', async () => {
    const one = start()
    const pid = await pidOf(one)
    process.kill(pid, 'SIGKILL')
    await restarted()
    expect(await pidOf(one)).not.toBe(pid)
  })

  it('lets the child end by itself, then answers nothing more', async () => {
    const one = start()
    const pid = await pidOf(one)
    await one.close()
    expect(isAlive(pid)).toBe(false)
    expect(await one.request('settings.get', {})).toEqual(lost)
    expect(backendEvents()).toEqual([])
  })

  it('waits while the child saves, and hears how far that is', async () => {
    const one = start()
    await one.request('settings.set', { ending: 'slowly' })
    await one.close()
    expect(closing.map(({ run }) => run?.saved?.doneBytes)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('waits no longer than somebody wants to', async () => {
    const one = start()
    await one.request('settings.set', { ending: 'never' })
    const closed = one.close()
    await vi.waitFor(() => {
      expect(closing.length).toBeGreaterThan(0)
    })
    one.endNow()
    await closed
    expect(backendEvents()).toEqual([])
  })

  it('says why it could not start: no Node, a missing library', async () => {
    const noNode = start('/nowhere/node')
    expect(await noNode.request('settings.get', {})).toEqual({
      ok: false,
      error: { code: 'program.notStarting', params: { detail: 'spawn /nowhere/node ENOENT' } },
    })
    expect(backendEvents()).toContain('down')
    await noNode.close()

    const incomplete = join(temporaryFolder(), 'backend.mjs')
    writeFileSync(incomplete, "import 'a-library-that-is-not-here'\n")
    const { request } = start(process.execPath, incomplete)
    const answer = await request('settings.get', {})
    expect(answer).toMatchObject({ ok: false, error: { code: 'program.notStarting' } })
    expect(answer.ok ? '' : answer.error.params['detail']).toMatch(/^Error.*a-library-that-is-not-here/)
  })
})
