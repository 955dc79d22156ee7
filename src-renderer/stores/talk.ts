import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { AppEvent, GenerationEvent } from '../../src-preload/contract/events'
import type { CheckpointKind, ConversationRecord, MessageRecord, Sampling } from '../../src-preload/contract/records'
import { request, subscribe } from '../api'

/** What is being written right now. */
export interface Writing {
  /** null until the backend has answered. */
  readonly generationId: string | null
  readonly conversationId: string
  readonly text: string
  readonly tokens: number
  readonly startedAt: number
}

export interface Wish {
  readonly runId: string
  readonly checkpoint: CheckpointKind
  /** null: write the last answer anew. */
  readonly prompt: string | null
  readonly sampling: Sampling
  /** The conversation's own model was deleted, and the person chose this one. */
  readonly withAnother?: boolean
}

/** Conversations, the open one with its messages, and the text that is arriving. */
export const useTalkStore = defineStore('talk', () => {
  const conversations = shallowRef<readonly ConversationRecord[]>([])
  const loaded = ref(false)
  const openId = ref<string | null>(null)
  const messages = shallowRef<readonly MessageRecord[]>([])
  const writing = shallowRef<Writing | null>(null)
  /** Of the last generation or fetch. */
  const error = shallowRef<AppError | null>(null)
  const current = computed(() => conversations.value.find((one) => one.conversationId === openId.value) ?? null)

  let subscribed = false
  /** Events that outran the answer that names their generation. */
  const early = new Map<string, GenerationEvent[]>()

  function receiveGeneration(event: GenerationEvent): void {
    const now = writing.value
    if (!now) return
    if (now.generationId === null) {
      early.set(event.generationId, [...(early.get(event.generationId) ?? []), event])
      return
    }
    if (event.generationId !== now.generationId) return
    if (event.kind === 'text') {
      writing.value = { ...now, text: now.text + event.text, tokens: event.tokens }
      return
    }
    writing.value = null
    if (event.error) error.value = AppError.fromData(event.error)
    if (now.conversationId === openId.value) put(event.message)
    void refresh()
  }

  function put(message: MessageRecord): void {
    messages.value = [...messages.value.filter((other) => other.messageId !== message.messageId), message]
  }

  function receive(event: AppEvent): void {
    if (event.topic === 'generation') receiveGeneration(event)
    else if (event.topic === 'changed' && event.what === 'conversations') void refresh()
    else if (event.topic === 'backend') {
      // What was being written ended with the backend; the stored messages say how far it came.
      writing.value = null
      if (event.state === 'up') void refresh().then(() => (openId.value === null ? undefined : open(openId.value)))
    }
  }

  async function refresh(): Promise<void> {
    if (!subscribed) subscribe(receive)
    subscribed = true
    try {
      const list = await request('talk.list', {})
      conversations.value = [...list].sort((one, other) => other.updatedAt - one.updatedAt)
      loaded.value = true
    } catch (thrown) {
      error.value = AppError.from(thrown)
    }
  }

  async function open(conversationId: string | null): Promise<void> {
    if (openId.value !== conversationId) messages.value = []
    openId.value = conversationId
    error.value = null
    if (conversationId === null) return
    try {
      const found = await request('talk.get', { conversationId })
      if (openId.value === conversationId) messages.value = found.messages
    } catch (thrown) {
      if (openId.value !== conversationId) return
      error.value = AppError.from(thrown)
      openId.value = null
    }
  }

  /** Sends a beginning (or asks for another ending); a conversation is made when none is open. */
  async function write(wish: Wish): Promise<void> {
    if (writing.value) return
    error.value = null
    try {
      const conversationId = openId.value ?? (await request('talk.create', { runId: wish.runId })).conversationId
      openId.value = conversationId
      writing.value = { generationId: null, conversationId, text: '', tokens: 0, startedAt: Date.now() }
      early.clear()
      if (wish.prompt === null) messages.value = withoutAnswer(messages.value)
      const { generationId } = await request('talk.generate', { conversationId, ...wish })
      const { messages: stored } = await request('talk.get', { conversationId })
      if (openId.value === conversationId) messages.value = withoutAnswer(stored)
      follow(generationId)
      void refresh()
    } catch (thrown) {
      writing.value = null
      // The answer that was to be replaced is still the backend's.
      if (wish.prompt === null) await open(openId.value)
      error.value = AppError.from(thrown)
    }
  }

  /** From here on events are shown as they come; a backend that was lost meanwhile has ended it already. */
  function follow(generationId: string): void {
    if (!writing.value) return
    writing.value = { ...writing.value, generationId }
    early.get(generationId)?.forEach(receiveGeneration)
    early.clear()
  }

  async function stop(): Promise<void> {
    const generationId = writing.value?.generationId
    if (generationId) await request('talk.stop', { generationId })
  }

  async function rename(conversationId: string, title: string): Promise<void> {
    await request('talk.rename', { conversationId, title })
    await refresh()
  }

  async function remove(conversationId: string): Promise<void> {
    await request('talk.delete', { conversationId })
    if (openId.value === conversationId) await open(null)
    await refresh()
  }

  async function restore(conversationId: string): Promise<void> {
    await request('talk.restore', { conversationId })
    await refresh()
  }

  return {
    ...{ conversations, loaded, openId, messages, writing, error, current },
    ...{ refresh, open, write, stop, rename, remove, restore },
  }
})

/** Messages up to the last one of the person: what stands while the model writes its answer. */
function withoutAnswer(messages: readonly MessageRecord[]): readonly MessageRecord[] {
  return messages.slice(0, messages.findLastIndex(({ role }) => role === 'person') + 1)
}
