import type { MessageRecord } from '../../src-preload/contract/records/conversations'
import type { RunRecord } from '../../src-preload/contract/records/runs'

/** A stretch of a page by one hand, with what the model reads of it. */
export interface Passage {
  readonly message: MessageRecord
  /** What is beyond the model's context, and what it reads; one of them may be empty. */
  readonly unread: string
  readonly read: string
  /** Where the model begins to read, if it does not read all. */
  readonly beginsReading: boolean
  /** A model's passage that another model, or another version, wrote than the one before. */
  readonly namesModel: boolean
}

/**
 * A page as one text. Joined, the passages are to the letter what the model is given.
 *
 * @param unread UTF-16 code units at the beginning that the model does not read
 */
export function pageFlow(messages: readonly MessageRecord[], unread: number): Passage[] {
  let before: string | null = null
  let from = 0
  return messages.map((message) => {
    const { text, role } = message
    const cut = Math.min(Math.max(unread - from, 0), text.length)
    const beginsReading = unread > 0 && from <= unread && unread < from + text.length
    from += text.length
    const version = role === 'model' ? versionOf(message) : before
    const namesModel = version !== before
    before = version
    return { message, unread: text.slice(0, cut), read: text.slice(cut), beginsReading, namesModel }
  })
}

const versionOf = ({ runId, checkpoint, step }: MessageRecord): string =>
  `${String(runId)} ${String(checkpoint)} ${String(step)}`

/** Models to go on with where a page's own was deleted: first those that learned from the same text. Newest first. */
export function likelyModels(runs: readonly RunRecord[], corpusId: string | null): RunRecord[] {
  const isLike = (run: RunRecord): boolean => corpusId !== null && run.corpusId === corpusId
  return [...runs.filter(isLike), ...runs.filter((run) => !isLike(run))]
}
