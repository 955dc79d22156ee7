import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import { maxCurvePoints } from '../../src-preload/contract/limits'
import type { Output } from '../../src-preload/contract/methods'
import { request } from '../api'

export type Comparison = Output<'runs.compare'>
/** The contract compares up to twelve; more curves than eight cannot be told apart. */
export const maxCompared = 8

/** Which runs are picked in the history, and what comparing them gave. */
export const useCompareStore = defineStore('compare', () => {
  const selected = ref<readonly string[]>([])
  const comparison = shallowRef<Comparison | null>(null)
  const isLoading = ref(false)
  const error = shallowRef<AppError | null>(null)
  let asked = 0

  function select(runIds: readonly string[]): void {
    selected.value = [...new Set(runIds)]
  }

  async function compare(runIds: readonly string[]): Promise<void> {
    const mine = ++asked
    comparison.value = null
    error.value = null
    isLoading.value = true
    try {
      const points = Math.floor(maxCurvePoints / Math.max(1, runIds.length))
      const found = await request('runs.compare', { runIds: [...runIds], maxPoints: points })
      if (mine === asked) comparison.value = found
    } catch (thrown) {
      if (mine === asked) error.value = AppError.from(thrown)
    } finally {
      if (mine === asked) isLoading.value = false
    }
  }

  function close(): void {
    asked++
    comparison.value = null
    error.value = null
  }

  return { selected, comparison, isLoading, error, select, compare, close }
})
