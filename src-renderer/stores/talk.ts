import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { AppEvent, GenerationEvent } from '../../src-preload/contract/events'
import type {
  CheckpointKind,
  ConversationRecord,
  Generation,
  MessageRecord,
  Sampling,
} from '../../src-preload/contract/records'
import { request, subscribe } from '../api'

/** What is being written right now; its names are null until the backend has answered. */
export type Writing = Omit<Generation, 'generationId' | 'messageId'> & {
  readonly [K in 'generationId' | 'messageId']: string | null
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
  const stored = shallowRef<readonly MessageRecord[]>([])
  const writing = shallowRef<Writing | null>(null)
  /** What the backend has stored of the answer that is being written is older than what is shown of it. */
  const messages = computed(() => stored.value.filter(({ messageId }) => messageId !== writing.value?.messageId))
  /** Of the last generation or fetch. */
  const error = shallowRef<AppError | null>(null)
  const current = computed(() => conversations.value.find((one) => one.conversationId === openId.value) ?? null)

  let subscribed = false
  /** Events that arrive while what is being written is fetched. */
  let waiting: GenerationEvent[] | null = null

  function receiveGeneration(event: GenerationEvent): void {
    if (waiting) {
      waiting.push(event)
      return
    }
    const now = writing.value
    if (event.kind === 'begin') begin(event.generation)
    if (!now || event.generationId !== now.generationId || event.seq <= now.seq) return
    if (event.kind === 'text') {
      // Of what was said while the connection was lost the backend has the rest.
      if (event.seq > now.seq + 1) void findWriting()
      else writing.value = { ...now, text: now.text + event.text, tokens: event.tokens, seq: event.seq }
    } else if (event.kind === 'end') {
      writing.value = null
      if (event.error) error.value = AppError.fromData(event.error)
      if (now.conversationId === openId.value) put(event.message)
      void refresh()
    }
  }

  /** Asked for here, or in another window: then its prompt is not here yet. */
  function begin(generation: Generation): void {
    const isOwn = isUnnamed(writing.value) || writing.value?.generationId === generation.generationId
    writing.value = generation
    if (!isOwn && generation.conversationId === openId.value) void load(generation.conversationId)
  }

  /** What is being written, wherever it was asked for: after a reload, a lost connection, in another window. */
  async function findWriting(): Promise<void> {
    waiting ??= []
    try {
      writing.value = await request('talk.writing', {})
    } catch (thrown) {
      error.value = AppError.from(thrown)
    }
    const late = waiting
    waiting = null
    late.forEach(receiveGeneration)
  }

  function put(message: MessageRecord): void {
    stored.value = [...stored.value.filter((other) => other.messageId !== message.messageId), message]
  }

  function receive(event: AppEvent): void {
    if (event.topic === 'generation') receiveGeneration(event)
    else if (event.topic === 'changed' && event.what === 'conversations') void refresh()
    else if (event.topic === 'backend' && event.state === 'up') void reconnect()
  }

  /** An answer that ended meanwhile, or with its backend, is among the messages. */
  async function reconnect(): Promise<void> {
    await Promise.all([findWriting(), refresh()])
    if (openId.value !== null) await open(openId.value)
  }

  /** Called by the screen; subscribes once for the life of the page. */
  async function start(): Promise<void> {
    if (subscribed) {
      await refresh()
      return
    }
    subscribed = true
    subscribe(receive)
    await Promise.all([findWriting(), refresh()])
  }

  async function refresh(): Promise<void> {
    try {
      const list = await request('talk.list', {})
      conversations.value = [...list].sort((one, other) => other.updatedAt - one.updatedAt)
      loaded.value = true
    } catch (thrown) {
      error.value = AppError.from(thrown)
    }
  }

  async function open(conversationId: string | null): Promise<void> {
    if (openId.value !== conversationId) stored.value = []
    openId.value = conversationId
    error.value = null
    if (conversationId !== null) await load(conversationId)
  }

  async function load(conversationId: string): Promise<void> {
    try {
      const found = await request('talk.get', { conversationId })
      if (openId.value === conversationId) stored.value = found.messages
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
      writing.value = {
        ...{ generationId: null, messageId: null, conversationId },
        ...{ startedAt: Date.now(), text: '', tokens: 0, seq: 0 },
      }
      if (wish.prompt === null) stored.value = withoutAnswer(stored.value)
      const { generationId, messageId } = await request('talk.generate', { conversationId, ...wish })
      // Unless its first event, or even its last, came before.
      if (isUnnamed(writing.value)) writing.value = { ...writing.value, generationId, messageId }
      if (openId.value === conversationId) await load(conversationId)
      void refresh()
    } catch (thrown) {
      // Unless another window was first.
      if (isUnnamed(writing.value)) writing.value = null
      // The answer that was to be replaced is still the backend's.
      if (wish.prompt === null) await open(openId.value)
      error.value = AppError.from(thrown)
    }
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
    ...{ start, refresh, open, write, stop, rename, remove, restore },
  }
})

/** Asked for here, and not yet answered. */
const isUnnamed = (writing: Writing | null): writing is Writing & { generationId: null } =>
  writing?.generationId === null

/** Messages up to the last one of the person: what stands while the model writes its answer. */
function withoutAnswer(messages: readonly MessageRecord[]): readonly MessageRecord[] {
  return messages.slice(0, messages.findLastIndex(({ role }) => role === 'person') + 1)
}
