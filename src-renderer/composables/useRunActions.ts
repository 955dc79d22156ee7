import { ref, type Ref } from 'vue'
import { undo, useAppStore, type Remedy } from '../stores/app'
import { isActive } from '../../src-preload/contract/run-state'
import { useRunsStore } from '../stores/runs'
import { useTalkStore } from '../stores/talk'

type Command = 'pause' | 'resume' | 'extend' | 'stop'

export interface RunActions {
  /** The action under way; its button shows it and the others wait. */
  readonly busy: Readonly<Ref<Command | null>>
  readonly pause: (runId: string) => Promise<void>
  /** From its newest state, or from its best one. */
  readonly resume: (runId: string, from?: 'best') => Promise<void>
  /** By this many steps, from where it stands. */
  readonly extend: (runId: string, steps: number) => Promise<void>
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
  const talk = useTalkStore()
  const busy = ref<Command | null>(null)

  type Gone = readonly { readonly runId: string; readonly name: string }[]

  /** Says what depends on them; nothing is asked where nothing does. */
  async function isWanted(gone: Gone): Promise<boolean> {
    await talk.refresh()
    const ids = new Set(gone.map(({ runId }) => runId))
    const training = runs.list.filter((run) => ids.has(run.runId) && isActive(run)).length
    const talked = talk.conversations.filter(({ runId }) => runId !== null && ids.has(runId)).length
    if (training + talked === 0) return true
    const n = gone.length
    return await app.ask({
      title:
        n === 1
          ? { key: 'run.delete.title', params: { name: gone[0]?.name ?? '' } }
          : { key: 'run.delete.titleMany', params: { n } },
      lines: [
        ...(training > 0 ? [{ key: 'run.delete.training', params: { n: training }, count: training } as const] : []),
        ...(talked > 0 ? [{ key: 'run.delete.conversations', params: { n: talked }, count: talked } as const] : []),
        { key: 'run.delete.trash' },
      ],
      action: 'app.action.delete',
    })
  }

  async function command(which: Command, action: () => Promise<unknown>, less?: Remedy) {
    if (busy.value) return
    busy.value = which
    await app.attempt(action, less ? { 'run.fitsWithLess': less } : {})
    busy.value = null
  }

  /** Where it would only fit otherwise, the failure has the button for that. */
  const train = (which: 'resume' | 'extend', start: (withLessMemory: boolean) => Promise<unknown>): Promise<void> =>
    command(which, () => start(false), { key: 'run.action.resumeWithLess', action: () => start(true) })

  return {
    busy,
    pause: (runId) => command('pause', () => runs.pause(runId)),
    resume: (runId, from) =>
      train('resume', (withLessMemory) =>
        runs.resume({ runId, ...(from ? { from } : {}), ...(withLessMemory ? { withLessMemory } : {}) }),
      ),
    extend: (runId, steps) =>
      train('extend', (withLessMemory) => runs.extend({ runId, steps, ...(withLessMemory ? { withLessMemory } : {}) })),
    stop: (runId) => command('stop', () => runs.stop(runId)),
    rename: async (runId, name) => {
      await app.attempt(() => runs.update({ runId, name }))
    },
    note: (runId, notes) => app.attempt(() => runs.update({ runId, notes })),
    remove: async (gone) => {
      if (!(await isWanted(gone))) return false
      const removed: string[] = []
      const done = await app.attempt(async () => {
        for (const { runId } of gone) {
          await runs.remove(runId)
          removed.push(runId)
        }
      })
      const back = undo(async () => {
        for (const runId of removed) await runs.restore(runId)
      })
      const only = gone[0]
      if (gone.length === 1 && only && done) app.notify('run.deleted', { name: only.name }, back)
      else if (removed.length > 0) app.notify('history.delete.doneMany', { n: removed.length }, back)
      return done
    },
  }
}
