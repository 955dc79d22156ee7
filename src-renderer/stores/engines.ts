import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { InstallEvent } from '../../src-preload/contract/events'
import type { EnginePackageInfo, InstallableEngine } from '../../src-preload/contract/records/computer'
import { isWindow, pathOf, request, subscribe, upload } from '../api'
import { useAppStore } from './app'

type Progress = Pick<Extract<InstallEvent, { kind: 'progress' }>, 'stage' | 'doneBytes' | 'totalBytes'>

interface Failure {
  readonly engine: InstallableEngine
  readonly error: AppError
}

/** Engines that can be installed, and the installation that is under way. */
export const useEnginesStore = defineStore('engines', () => {
  const app = useAppStore()
  const packages = shallowRef<readonly EnginePackageInfo[]>([])
  const installing = ref<InstallableEngine | null>(null)
  /** null until the first of it arrives. */
  const progress = shallowRef<Progress | null>(null)
  /** The last one, where it failed; null also when it was cancelled. */
  const failure = shallowRef<Failure | null>(null)
  let sending = new AbortController()

  async function load(): Promise<void> {
    packages.value = await request('engines.packages', {})
    installing.value = packages.value.find((entry) => entry.installing)?.engine ?? null
  }

  function fail(engine: InstallableEngine, thrown: unknown): void {
    const error = AppError.from(thrown)
    installing.value = null
    failure.value = error.kind === 'cancelled' ? null : { engine, error }
  }

  /** From the package index, or from files that the person brought. */
  async function install(engine: InstallableEngine, files: readonly File[] | null): Promise<void> {
    failure.value = null
    progress.value = null
    installing.value = engine
    sending = new AbortController()
    try {
      await request('engines.install', { engine, source: await sourceOf(files) })
    } catch (thrown) {
      fail(engine, thrown)
    }
  }

  async function sourceOf(files: readonly File[] | null) {
    if (files === null) return { kind: 'index' as const }
    if (isWindow) return { kind: 'files' as const, paths: files.map(pathOf) }
    const uploadIds: string[] = []
    for (const file of files) {
      const onShare = (share: number): void => {
        progress.value = { stage: 'downloading', doneBytes: share * file.size, totalBytes: file.size }
      }
      uploadIds.push(await upload(file, { name: file.name, onShare, signal: sending.signal }))
    }
    return { kind: 'uploads' as const, uploadIds }
  }

  async function cancel(): Promise<void> {
    sending.abort()
    await request('engines.cancelInstall', {})
  }

  const remove = (engine: InstallableEngine): Promise<unknown> => request('engines.remove', { engine })

  subscribe((event) => {
    if (event.topic === 'install') {
      if (event.kind === 'progress') {
        installing.value = event.engine
        progress.value = event
      } else {
        installing.value = null
        if (event.error !== null) fail(event.engine, AppError.fromData(event.error))
      }
    }
    const changed = event.topic === 'changed' && event.what === 'engines'
    if (changed || (event.topic === 'backend' && event.state === 'up')) void app.attempt(load)
  })
  void app.attempt(load)

  return { packages, installing, progress, failure, install, cancel, remove }
})
