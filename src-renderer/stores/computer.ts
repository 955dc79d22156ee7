import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { ComputerInfo } from '../../src-preload/contract/records'
import { request, subscribe } from '../api'

/** What this computer can do. */
export const useComputerStore = defineStore('computer', () => {
  const info = shallowRef<ComputerInfo | null>(null)
  const error = shallowRef<AppError | null>(null)
  const loading = ref(false)

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

  subscribe((event) => {
    const changed = event.topic === 'changed' && event.what === 'engines'
    if (changed || (event.topic === 'backend' && event.state === 'up')) void load()
  })
  void load()

  return { info, error, loading, load }
})
