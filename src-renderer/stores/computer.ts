import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { ComputerInfo } from '../../src-preload/contract/records/computer'
import { request, subscribe } from '../api'

/** What this computer can do. */
export const useComputerStore = defineStore('computer', () => {
  const info = shallowRef<ComputerInfo | null>(null)
  const error = shallowRef<AppError | null>(null)
  const loading = ref(false)
  const measuring = ref(false)

  async function load(): Promise<void> {
    loading.value = true
    try {
      info.value = await request('system.info', {})
      error.value = null
    } catch (thrown) {
      error.value = AppError.from(thrown)
    } finally {
      loading.value = false
    }
  }

  /** @throws AppError `engine.computing` while something trains */
  async function measure(): Promise<void> {
    if (measuring.value) return
    measuring.value = true
    try {
      info.value = await request('engines.measure', {})
    } finally {
      measuring.value = false
    }
  }

  subscribe((event) => {
    // The settings say which engine is wished for.
    const changed = event.topic === 'changed' && (event.what === 'engines' || event.what === 'settings')
    if (changed || (event.topic === 'backend' && event.state === 'up')) void load()
  })
  void load()

  return { info, error, loading, measuring, load, measure }
})
