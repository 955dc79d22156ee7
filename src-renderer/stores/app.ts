import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { AppError, type ErrorCode } from '../../src-preload/contract/errors'
import { onStartFailure, request, subscribe } from '../api'
import { openPasted } from '../key'
import type { TextKey, TextParams } from '../text/i18n'

/** What can be done where something is said: its button and what that does. */
export interface Remedy {
  readonly key: TextKey
  readonly action: () => Promise<unknown>
}

/** A short message at the foot of the window, each with its own way back where there is one. */
export interface Notice {
  readonly id: number
  readonly key: TextKey
  readonly params: TextParams
  readonly actions: readonly Remedy[]
}

export const undo = (action: () => Promise<unknown>): readonly Remedy[] => [{ key: 'app.action.undo', action }]

/** Asked before something that cannot be taken back, or that reaches further than it looks. */
export interface Question {
  readonly title: Words
  readonly lines: readonly Words[]
  /** On the button that does it. */
  readonly action: TextKey
}
export interface Words {
  readonly key: TextKey
  readonly params?: TextParams
  /** Chooses the plural. */
  readonly count?: number
}

/** What concerns every screen: is the backend there, what was just done, what failed outside a form. */
export const useAppStore = defineStore('app', () => {
  const backendUp = ref(true)
  /** Why nothing works; it takes the whole page. */
  /** Nothing can be saved: the data folder can only be read. */
  const readOnly = ref(false)
  const startFailure = shallowRef<AppError | null>(null)
  /** Shown, or waiting for their turn. */
  const notices = shallowRef<readonly Notice[]>([])
  const question = shallowRef<Question | null>(null)
  const error = shallowRef<AppError | null>(null)
  const remedy = shallowRef<Remedy | null>(null)
  let nextId = 1

  subscribe((event) => {
    if (event.topic !== 'backend') return
    if (event.state === 'up' && !backendUp.value) notify('app.backend.up')
    backendUp.value = event.state === 'up'
    if (event.state !== 'up') return
    startFailure.value = null
    void lookAtProfile()
  })
  /** What is in its way is said by whatever else is asked. */
  const lookAtProfile = (): Promise<void> =>
    request('system.profile', {}).then(
      ({ writable }) => {
        readOnly.value = !writable
      },
      () => undefined,
    )
  onStartFailure((failure) => {
    startFailure.value = failure
  })

  /** @param restore puts back the copy of a damaged database first. What still fails takes the place of the failure. */
  async function startAgain(restore: boolean): Promise<void> {
    try {
      await request('system.start', { restore })
      location.reload()
    } catch (thrown) {
      startFailure.value = AppError.from(thrown)
    }
  }

  function notify(key: TextKey, params: TextParams = {}, actions: readonly Remedy[] = []): void {
    notices.value = [...notices.value, { id: nextId++, key, params, actions }]
  }

  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }

  let answerQuestion: ((isYes: boolean) => void) | null = null

  /** Resolves to whether the person wants it. */
  function ask(asked: Question): Promise<boolean> {
    answer(false)
    question.value = asked
    return new Promise((resolve) => {
      answerQuestion = resolve
    })
  }

  function answer(isYes: boolean): void {
    question.value = null
    answerQuestion?.(isYes)
    answerQuestion = null
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

  return {
    ...{ backendUp, readOnly, startFailure, notices, question, error, remedy },
    ...{ lookAtProfile, startAgain, openPasted, notify, dismiss, ask, answer, attempt, remedyError },
  }
})
