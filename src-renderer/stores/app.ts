import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { AppError, type ErrorCode } from '../../src-preload/contract/errors'
import { subscribe } from '../api'
import type { TextKey, TextParams } from '../text/i18n'

/** A short message at the foot of the window, with the way back where there is one. */
export interface Notice {
  readonly id: number
  readonly key: TextKey
  readonly params: TextParams
  readonly undo: (() => Promise<unknown>) | null
}

/** What can be done about an error where it is shown. */
export interface Remedy {
  readonly key: TextKey
  readonly action: () => Promise<unknown>
}

/** What concerns every screen: is the backend there, what was just done, what failed outside a form. */
export const useAppStore = defineStore('app', () => {
  const backendUp = ref(true)
  const notice = shallowRef<Notice | null>(null)
  const error = shallowRef<AppError | null>(null)
  const remedy = shallowRef<Remedy | null>(null)
  let nextId = 1

  subscribe((event) => {
    if (event.topic !== 'backend') return
    if (event.state === 'up' && !backendUp.value) notify('app.backend.up')
    backendUp.value = event.state === 'up'
  })

  function notify(key: TextKey, params: TextParams = {}, undo: (() => Promise<unknown>) | null = null): void {
    notice.value = { id: nextId++, key, params, undo }
  }

  function dismiss(): void {
    notice.value = null
  }

  /** Runs something that may fail where no form stands to show it; cancelling is silent. */
  async function attempt(
    action: () => Promise<unknown>,
    remedies: Partial<Record<ErrorCode, Remedy>> = {},
  ): Promise<boolean> {
    try {
      await action()
      return true
    } catch (thrown) {
      const failure = AppError.from(thrown)
      if (failure.kind === 'cancelled') return false
      error.value = failure
      remedy.value = remedies[failure.code] ?? null
      return false
    }
  }

  async function remedyError(): Promise<void> {
    const chosen = remedy.value
    error.value = null
    if (chosen) await attempt(chosen.action)
  }

  async function undo(): Promise<void> {
    const action = notice.value?.undo
    dismiss()
    if (action) await attempt(action)
  }

  return { backendUp, notice, error, remedy, notify, dismiss, undo, attempt, remedyError }
})
