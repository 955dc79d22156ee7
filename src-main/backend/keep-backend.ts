import { AppError } from '../../src-preload/contract/errors'
import type { AppEvent } from '../../src-preload/contract/events'
import { methods } from '../../src-preload/contract/methods'
import type { Closing, Result } from '../../src-preload/contract/wire'
import type { Backend } from './backend'
import { logError } from './log-file'
import { profileDirFrom, type Installation } from './places'
import type { Port } from './rpc/transport'
import { profilePaths } from './services/context'

export interface KeptBackend extends Port {
  /** @throws AppError: why there is none */
  readonly backend: () => Promise<Backend>
  readonly close: () => Promise<void>
  /** While it closes: as `Backend` has them. */
  readonly giveUp: () => void
  readonly closing: () => Closing
}

/**
 * A backend, or the reason why it could not start as the answer to every request, until `system.start` brings one. It
 * is loaded only now, so that a missing library is such a reason too.
 */
export function keepBackend(installation: Installation, env: NodeJS.ProcessEnv): KeptBackend {
  const paths = profilePaths(profileDirFrom(env))
  const listeners = new Set<(event: AppEvent) => void>()
  let current: Backend | null = null
  let failure: AppError | null = null
  let isDamaged = false
  let isClosed = false

  async function start(): Promise<void> {
    try {
      const { startBackend } = await import('./start')
      current = startBackend(installation, env)
      current.subscribe((event) => {
        for (const listener of listeners) listener(event)
      })
      failure = null
      isDamaged = false
    } catch (thrown) {
      failure = explain(thrown)
    }
  }

  /** Anything that the person can't be told in a sentence is written down, where that is possible. */
  function explain(thrown: unknown): AppError {
    const error = AppError.from(thrown)
    if (error.code === 'database.restorable') isDamaged = true
    if (error.code !== 'internal') return error
    const log = logError(paths.logs, error)
    return log === null
      ? new AppError('internal.notLogged', error.params, thrown)
      : new AppError('internal', { log }, thrown)
  }

  /** Only what is damaged is ever replaced: what came after the copy is lost. */
  async function startAgain(restore: boolean): Promise<void> {
    if (isClosed) return
    const isRestoring = restore && isDamaged
    if (current !== null && !isRestoring) return
    try {
      if (isRestoring) {
        await current?.close()
        current = null
        const { restoreDatabase } = await import('./db/connection')
        restoreDatabase(paths.database)
      }
    } catch (thrown) {
      failure = explain(thrown)
      return
    }
    await start()
  }

  let settled = start()
  const answered = (): Result => (failure === null ? { ok: true, output: {} } : { ok: false, error: failure.toData() })

  return {
    dispatch: async (method, input, client) => {
      if (method === 'system.start') {
        const restore = methods['system.start'].input.safeParse(input).data?.restore ?? false
        await (settled = settled.then(() => startAgain(restore)))
        return answered()
      }
      await settled
      if (current === null) return answered()
      const result = await current.dispatch(method, input, client)
      if (result.ok || result.error.code !== 'database.damaged') return result
      const { damageOf } = await import('./db/connection')
      const damage = damageOf(paths.database)
      isDamaged = damage.code === 'database.restorable'
      return { ok: false, error: damage.toData() }
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    backend: async () => {
      await settled
      if (current === null) throw failure ?? new AppError('backend.lost')
      return current
    },
    close: async () => {
      isClosed = true
      await settled
      await current?.close()
    },
    giveUp: () => current?.giveUp(),
    closing: () => current?.closing() ?? { run: null },
  }
}
