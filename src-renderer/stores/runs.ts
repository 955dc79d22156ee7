import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { AppEvent, RunEvent } from '../../src-preload/contract/events'
import type { Input } from '../../src-preload/contract/methods'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { canWrite, isResumable } from '../../src-preload/contract/resume'
import { isActive } from '../../src-preload/contract/run-state'
import { request, subscribe } from '../api'
import { afterEvent, newerOf } from './runEvents'

/** With Homegrown, with the computer, or because its job was killed or hung. */
const isCutOff = (run: RunRecord): boolean =>
  isResumable(run) &&
  (run.state === 'interrupted' ||
    (run.state === 'failed' && (run.error?.code === 'job.killed' || run.error?.code === 'job.silent')))

/** Every run there is, newest first, kept current by events. */
export const useRunsStore = defineStore('runs', () => {
  const records = shallowRef<ReadonlyMap<string, RunRecord>>(new Map())
  const list = computed(() => [...records.value.values()].sort((one, other) => other.createdAt - one.createdAt))
  const loaded = ref(false)
  const error = shallowRef<AppError | null>(null)
  const active = computed(() => list.value.filter(isActive))
  /** Ended against the person's will, and nobody has decided what to do with them. */
  const cutOff = computed(() => list.value.filter(isCutOff))
  const talkable = computed(() => list.value.filter(canWrite))

  let subscribed = false
  let fetching: Promise<void> | null = null
  let again = false
  /** Up to which change the list is known; 0: not at all. */
  let revision = 0

  const byId = (runId: string): RunRecord | undefined => records.value.get(runId)

  /** Of each the newer one: an answer may be older than the events that outran it. */
  function put(runs: readonly RunRecord[], removed: readonly string[] = []): void {
    const next = new Map(records.value)
    for (const run of runs) next.set(run.runId, newerOf(next.get(run.runId), run))
    for (const runId of removed) next.delete(runId)
    records.value = next
  }

  function receiveRun(event: RunEvent): void {
    const known = byId(event.runId)
    if (known) {
      const run = afterEvent(known, event)
      if (run !== known) put([run])
      // A run that is not in the list was started elsewhere, or has just been deleted: the backend knows which.
    } else if (event.kind === 'state') void refresh()
  }

  function receive(event: AppEvent): void {
    if (event.topic === 'run') receiveRun(event)
    else if (event.topic === 'changed' && event.what === 'runs') void refresh()
    else if (event.topic === 'backend' && event.state === 'up') {
      // Perhaps of another program, on a database that was put back.
      revision = 0
      void refresh()
    }
  }

  async function fetchList(): Promise<void> {
    try {
      const changes = await request('runs.list', { since: revision })
      const here = new Set(changes.runs.map(({ runId }) => runId))
      put(changes.runs, changes.removed ?? [...records.value.keys()].filter((runId) => !here.has(runId)))
      revision = changes.revision
      error.value = null
      loaded.value = true
    } catch (thrown) {
      error.value = AppError.from(thrown)
    }
  }

  /** Fetches the list; a call during a fetch makes one more, because the answer under way may be too old. */
  function refresh(): Promise<void> {
    if (fetching) {
      again = true
      return fetching
    }
    fetching = fetchList().finally(() => {
      fetching = null
      if (!again) return
      again = false
      void refresh()
    })
    return fetching
  }

  /** Called by every screen that shows runs; subscribes once for the life of the page. */
  async function open(): Promise<void> {
    if (!subscribed) subscribe(receive)
    subscribed = true
    await refresh()
  }

  type Command = 'runs.pause' | 'runs.resume' | 'runs.extend' | 'runs.stop' | 'runs.restore'
  async function command<M extends Command>(method: M, input: Input<M>) {
    const run = await request(method, input)
    const { runId } = run
    if (byId(runId)) put([run])
    else await refresh()
    return run
  }

  async function update(change: Input<'runs.update'>): Promise<RunRecord> {
    const run = await request('runs.update', change)
    put([run])
    return run
  }

  async function remove(runId: string): Promise<void> {
    await request('runs.delete', { runId })
    put([], [runId])
  }

  return {
    ...{ list, loaded, error, active, cutOff, talkable },
    ...{ open, refresh, byId, update, remove },
    /** Of the runs that have notes those that a search finds: the list itself does not hold them. */
    search: (text: string) => request('runs.search', { text }),
    pause: (runId: string) => command('runs.pause', { runId }),
    resume: (input: Input<'runs.resume'>) => command('runs.resume', input),
    extend: (input: Input<'runs.extend'>) => command('runs.extend', input),
    stop: (runId: string) => command('runs.stop', { runId }),
    restore: (runId: string) => command('runs.restore', { runId }),
  }
})
