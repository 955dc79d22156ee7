import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { InstallEvent } from '../../src-preload/contract/events'
import type { EnginePackageInfo, InstallableEngine } from '../../src-preload/contract/records'
import { isWindow, pathOf, request, subscribe, upload } from '../api'

type Progress = Pick<Extract<InstallEvent, { kind: 'progress' }>, 'stage' | 'doneBytes' | 'totalBytes'>

/** Engines that can be installed, and the installation that is under way. */
export const useEnginesStore = defineStore('engines', () => {
  const packages = shallowRef<readonly EnginePackageInfo[]>([])
  const installing = ref<InstallableEngine | null>(null)
  /** null until the first of it arrives. */
  const progress = shallowRef<Progress | null>(null)
  /** Why the last one failed; null also when it was cancelled. */
  const error = shallowRef<AppError | null>(null)
  let sending = new AbortController()

  async function load(): Promise<void> {
    try {
      packages.value = await request('engines.packages', {})
      installing.value = packages.value.find((entry) => entry.installing)?.engine ?? null
    } catch (thrown) {
      error.value = AppError.from(thrown)
    }
  }

  function fail(thrown: unknown): void {
    const failure = AppError.from(thrown)
    installing.value = null
    error.value = failure.kind === 'cancelled' ? null : failure
  }

  /** From the package index, or from files that the person brought. */
  async function install(engine: InstallableEngine, files: readonly File[] | null): Promise<void> {
    error.value = null
    progress.value = null
    installing.value = engine
    sending = new AbortController()
    try {
      await request('engines.install', { engine, source: await sourceOf(files) })
    } catch (thrown) {
      fail(thrown)
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
      uploadIds.push(await upload(file, onShare, sending.signal))
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
        if (event.error !== null) fail(AppError.fromData(event.error))
      }
    }
    const changed = event.topic === 'changed' && event.what === 'engines'
    if (changed || (event.topic === 'backend' && event.state === 'up')) void load()
  })
  void load()

  return { packages, installing, progress, error, install, cancel, remove }
})
