import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { AppEvent, GenerationEvent } from '../../src-preload/contract/events'
import type { CheckpointKind } from '../../src-preload/contract/records/checkpoints'
import type {
  ConversationRecord,
  Generation,
  MessageRecord,
  Sampling,
} from '../../src-preload/contract/records/conversations'
import { request, subscribe } from '../api'

/** What is being written right now; its names are null until the backend has answered. */
export type Writing = Omit<Generation, 'generationId' | 'messageId'> & {
  readonly [K in 'generationId' | 'messageId']: string | null
}

export interface Wish {
  readonly runId: string
  readonly checkpoint: CheckpointKind
  /** Empty: the model continues from where the page ends. null: another version of its last passage. */
  readonly prompt: string | null
  readonly sampling: Sampling
  /** The page's own model was deleted, and the person chose this one. */
  readonly withAnother?: boolean
}

/** Pages, the open one with its passages, and the text that is arriving. */
export const useTalkStore = defineStore('talk', () => {
  const conversations = shallowRef<readonly ConversationRecord[]>([])
  const loaded = ref(false)
  const openId = ref<string | null>(null)
  const stored = shallowRef<readonly MessageRecord[]>([])
  const writing = shallowRef<Writing | null>(null)
  const writingId = computed(() => writing.value?.messageId ?? null)
  /** The passages that stand; none anew while the model writes. */
  const messages = computed(() => stored.value.filter(({ messageId }) => messageId !== writingId.value))
  /** The one that is being written on this page: what the backend has stored of it is older than what is shown. */
  const underWay = computed<MessageRecord | null>(() => {
    const found = stored.value.find(({ messageId }) => messageId === writingId.value)
    return found && writing.value ? { ...found, text: writing.value.text } : null
  })
  /** Of the last generation or fetch. */
  const error = shallowRef<AppError | null>(null)
  const isWritingHere = computed(() => writing.value !== null && writing.value.conversationId === openId.value)
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
    if (event.kind !== 'end') {
      // Of what was said while the connection was lost the backend has the rest.
      if (event.seq > now.seq + 1) void findWriting()
      else if (event.kind === 'stopping') writing.value = { ...now, stopping: true, seq: event.seq }
      else if (event.kind === 'text')
        writing.value = { ...now, text: now.text + event.text, tokens: event.tokens, seq: event.seq }
    } else {
      writing.value = null
      if (event.error) error.value = AppError.fromData(event.error)
      if (now.conversationId === openId.value) void take(event.message, now.conversationId)
      void refresh()
    }
  }

  /** Asked for here, or in another window: then its prompt is not here yet. */
  function begin(generation: Generation): void {
    const isOwn = isUnnamed(writing.value) || writing.value?.generationId === generation.generationId
    const isStopping = isOwn && writing.value?.stopping === true
    writing.value = { ...generation, stopping: generation.stopping || isStopping }
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

  /** What broke off with nothing written is no version: the page has its former one again. */
  async function take(message: MessageRecord, conversationId: string): Promise<void> {
    const { versions, messageId } = message
    if (!versions.includes(messageId)) await load(conversationId)
    else stored.value = [...stored.value.filter((other) => !versions.includes(other.messageId)), message]
  }

  function receive(event: AppEvent): void {
    if (event.topic === 'generation') receiveGeneration(event)
    else if (event.topic === 'changed' && event.what === 'conversations') void follow()
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

  /** A page may have been written on, or another version chosen, in another window. */
  async function follow(): Promise<void> {
    const before = current.value
    await refresh()
    const now = current.value
    if (now && now.conversationId === before?.conversationId && now.updatedAt !== before.updatedAt)
      await load(now.conversationId)
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

  /** Has the model continue the page, or write its last passage again; a page is made when none is open. */
  async function write(wish: Wish): Promise<void> {
    if (writing.value) return
    error.value = null
    try {
      const conversationId = openId.value ?? (await request('talk.create', { runId: wish.runId })).conversationId
      openId.value = conversationId
      writing.value = {
        ...{ generationId: null, messageId: null, conversationId },
        ...{ startedAt: Date.now(), text: '', tokens: 0, stopping: false, seq: 0 },
      }
      if (wish.prompt === null && stored.value.at(-1)?.role === 'model') stored.value = stored.value.slice(0, -1)
      const { generationId, messageId } = await request('talk.generate', { conversationId, ...wish })
      // Unless its first event, or even its last, came before.
      if (isUnnamed(writing.value)) writing.value = { ...writing.value, generationId, messageId }
      if (isStopping()) await request('talk.stop', { generationId })
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

  const isStopping = (): boolean => writing.value?.stopping === true

  async function stop(): Promise<void> {
    if (!writing.value) return
    const { generationId } = writing.value
    // At once: until the token under way has ended takes a while.
    writing.value = { ...writing.value, stopping: true }
    // Before it has a name it is stopped as soon as it gets one.
    if (generationId !== null) await request('talk.stop', { generationId })
  }

  /** Of a passage's versions the one that the page goes on with. */
  async function choose(messageId: string): Promise<void> {
    const { conversation, messages: page } = await request('talk.choose', { messageId })
    if (openId.value === conversation.conversationId) stored.value = page
    await refresh()
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
    ...{ conversations, loaded, openId, messages, underWay, writing, isWritingHere, error, current },
    ...{ start, refresh, open, write, stop, choose, rename, remove, restore },
  }
})

/** Asked for here, and not yet answered. */
const isUnnamed = (writing: Writing | null): writing is Writing & { generationId: null } =>
  writing?.generationId === null
