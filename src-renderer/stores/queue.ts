import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { QueueState } from '../../src-preload/contract/records/queue'
import { request, subscribe } from '../api'
import { useSettingsStore } from './settings'

/** Of what trains the speed changes, and with it when the next one starts. */
const refreshMs = 20_000

/** The runs that wait, in the order in which they start; every tab sees the same. */
export const useQueueStore = defineStore('queue', () => {
  const settings = useSettingsStore()
  const state = shallowRef<QueueState>({ paused: false, entries: [] })
  const entries = computed(() => state.value.entries)
  let opened = false
  let asked = 0

  async function refresh(): Promise<void> {
    const mine = ++asked
    // A failure shows by what else does not come; the next change asks again.
    const found = await request('queue.get', {}).catch(() => null)
    if (found && mine === asked) state.value = found
  }

  /** Called by every screen that shows the queue; subscribes once for the life of the page. */
  function open(): void {
    void refresh()
    if (opened) return
    opened = true
    subscribe((event) => {
      const isChange = event.topic === 'changed' && (event.what === 'queue' || event.what === 'settings')
      if (isChange || (event.topic === 'backend' && event.state === 'up')) void refresh()
    })
    setInterval(() => {
      if (entries.value.length > 0) void refresh()
    }, refreshMs)
  }

  /** Shown at once. @throws AppError what keeps it from being moved; the order is then as before */
  async function move(runId: string, to: number): Promise<void> {
    const others = entries.value.filter((entry) => entry.runId !== runId)
    const moved = [...others.slice(0, to), { runId, startsAt: null }, ...others.slice(to)]
    state.value = { ...state.value, entries: moved.map((entry) => ({ ...entry, startsAt: null })) }
    asked++
    try {
      state.value = await request('queue.move', { runId, to })
    } catch (thrown) {
      void refresh()
      throw thrown
    }
  }

  return {
    ...{ entries, open, move },
    paused: computed(() => state.value.paused),
    setPaused: (paused: boolean) => settings.change({ queuePaused: paused }),
  }
})
