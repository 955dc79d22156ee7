import { ref, type Ref } from 'vue'
import { useAppStore } from '../stores/app'
import { useRunsStore } from '../stores/runs'

export interface RunActions {
  /** The action under way; its button shows it and the others wait. */
  readonly busy: Readonly<Ref<'pause' | 'resume' | 'stop' | null>>
  readonly pause: (runId: string) => Promise<void>
  readonly resume: (runId: string) => Promise<void>
  readonly stop: (runId: string) => Promise<void>
  readonly rename: (runId: string, name: string) => Promise<void>
  readonly note: (runId: string, notes: string) => Promise<boolean>
  /** Deletes with a way back. Resolves to whether it is gone. */
  readonly remove: (runs: readonly { runId: string; name: string }[]) => Promise<boolean>
}

/** What a person can do with a run, with its failures shown and deleting undoable. */
export function useRunActions(): RunActions {
  const app = useAppStore()
  const runs = useRunsStore()
  const busy = ref<'pause' | 'resume' | 'stop' | null>(null)

  async function command(which: 'pause' | 'resume' | 'stop', runId: string): Promise<void> {
    if (busy.value) return
    busy.value = which
    const withLess = { key: 'run.action.resumeWithLess', action: () => runs.resume(runId, true) } as const
    await app.attempt(() => runs[which](runId), { 'run.fitsWithLess': withLess })
    busy.value = null
  }

  return {
    busy,
    pause: (runId) => command('pause', runId),
    resume: (runId) => command('resume', runId),
    stop: (runId) => command('stop', runId),
    rename: async (runId, name) => {
      await app.attempt(() => runs.update({ runId, name }))
    },
    note: (runId, notes) => app.attempt(() => runs.update({ runId, notes })),
    remove: async (gone) => {
      const removed: string[] = []
      const done = await app.attempt(async () => {
        for (const { runId } of gone) {
          await runs.remove(runId)
          removed.push(runId)
        }
      })
      const undo = async (): Promise<void> => {
        for (const runId of removed) await runs.restore(runId)
      }
      const only = gone[0]
      if (gone.length === 1 && only && done) app.notify('run.deleted', { name: only.name }, undo)
      else if (removed.length > 0) app.notify('history.delete.doneMany', { n: removed.length }, undo)
      return done
    },
  }
}
