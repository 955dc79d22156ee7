import { onScopeDispose, watch } from 'vue'
import type { Router } from 'vue-router'
import { followEnds, runEnds, type RunEnd } from '../../src-preload/contract/run-ends'
import { isWindow, onCommand } from '../api'
import { useAppStore } from '../stores/app'
import { useRunsStore } from '../stores/runs'

/**
 * Tells by a notice how a training has ended, once the person looks at the page; not on the page of the run, which says it
 * itself. In the window the shell decides when (`ended:END:ID`), since it may tell through the system; among several tabs the
 * one that is looked at first tells it.
 */
export function useRunEnds(router: Router): void {
  const app = useAppStore()
  const runs = useRunsStore()

  async function tell(runId: string, end: RunEnd): Promise<void> {
    if (!isWindow) await lookedAt()
    const run = runs.byId(runId)
    if (run === undefined) return
    if (!isWindow && !(await isFirst(`${runId} ${run.endedAt ?? 0}`))) return
    const { name, params } = router.currentRoute.value
    if (name === 'run' && params['runId'] === runId) return
    const show = { key: 'run.ended.show', action: () => router.push({ name: 'run', params: { runId } }) } as const
    app.notify(`run.ended.${end}`, { name: run.name }, [show])
  }

  if (isWindow) {
    onScopeDispose(
      onCommand((command) => {
        const [, word, runId] = /^ended:(\w+):(.+)$/.exec(command) ?? []
        const end = runEnds.find((known) => known === word)
        if (end !== undefined && runId !== undefined) void tell(runId, end)
      }),
    )
    return
  }
  const ended = followEnds()
  watch(
    () => runs.active.map(({ runId }) => runId),
    (now, before = []) => {
      for (const runId of new Set([...before, ...now])) {
        const run = runs.byId(runId)
        const end = run && ended(run)
        if (end) void tell(runId, end)
      }
    },
    { immediate: true },
  )
}

/** When the page has the focus: a notice that nobody sees would be gone when somebody comes. */
function lookedAt(): Promise<void> {
  if (document.hasFocus()) return Promise.resolve()
  return new Promise((resolve) => {
    const look = (): void => {
      resolve()
    }
    window.addEventListener('focus', look, { once: true })
  })
}

const toldKey = 'homegrown.told'
const toldKept = 50
/** Longer than what one tab writes to its storage takes to reach the others: there is no limit to it in any standard. */
const heldMs = 10_000

/**
 * Of all tabs of this browser, whether this one asks first. Storage alone cannot tell: each tab reads a copy of its own, which
 * lags behind by some milliseconds, also under a lock. So whoever asks first keeps the lock until storage has told the others.
 */
function isFirst(what: string): Promise<boolean> {
  return new Promise((resolve) => {
    void navigator.locks.request(`${toldKey} ${what}`, { ifAvailable: true }, async (lock) => {
      const told = (localStorage.getItem(toldKey) ?? '').split('\n')
      const first = lock !== null && !told.includes(what)
      resolve(first)
      if (!first) return
      localStorage.setItem(toldKey, [...told, what].slice(-toldKept).join('\n'))
      await new Promise((release) => setTimeout(release, heldMs))
    })
  })
}
