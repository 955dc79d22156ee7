import { shallowRef, type ShallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import { corpusLimits } from '../../src-preload/contract/limits'
import type { Input } from '../../src-preload/contract/methods'
import { unsentFile } from '../../src-preload/contract/records/corpora'
import { upload, type UploadOptions } from '../api'
import type { BroughtFile, NamedFile } from '../composables/droppedFiles'

/** Where a text comes from. */
export type Source = Input<'corpora.import'>['sources'][number]

/** A file on its way to the backend. */
export interface Sent {
  readonly name: string
  /** Of the bytes of all files that were brought together, 0 to 1. */
  readonly share: number
}

export interface Sending {
  readonly sending: Readonly<ShallowRef<Sent | null>>
  /**
   * Sends files to the backend, what was brought first first.
   * @returns a source for each; a file that can't be read or is too large is one of them, with the reason
   * @throws AppError where nothing can be sent; `cancelled` after `stop`
   */
  readonly send: (files: readonly BroughtFile[]) => Promise<Source[]>
  readonly stop: () => void
}

/** Browser mode has no paths: what a person brings is sent, one drop after the other. */
export function createSending(): Sending {
  const sending = shallowRef<Sent | null>(null)
  let ending = new AbortController()
  let last: Promise<unknown> = Promise.resolve()

  async function sendAll(files: readonly BroughtFile[]): Promise<Source[]> {
    const { signal } = (ending = new AbortController())
    const total = files.reduce((sum, one) => sum + bytesOf(one), 0)
    const sources: Source[] = []
    let before = 0
    try {
      for (const one of files) {
        const onShare = (share: number): void => {
          sending.value = { name: one.name, share: (before + share * bytesOf(one)) / Math.max(1, total) }
        }
        onShare(0)
        sources.push(one.kind === 'file' ? await sendOne(one, { onShare, signal }) : one)
        before += bytesOf(one)
      }
    } finally {
      sending.value = null
    }
    return sources
  }

  return {
    sending,
    send: (files) => {
      const sent = last.then(() => sendAll(files))
      last = sent.catch(() => undefined)
      return sent
    },
    stop: () => {
      ending.abort()
    },
  }
}

const isTooLarge = ({ file }: NamedFile): boolean => file.size > corpusLimits.maxFileBytes
const bytesOf = (brought: BroughtFile): number =>
  brought.kind === 'file' && !isTooLarge(brought) ? brought.file.size : 0

/** What is wrong with one file is no reason to refuse the others. */
async function sendOne(brought: NamedFile, how: Omit<UploadOptions, 'name'>): Promise<Source> {
  const { file, name } = brought
  if (isTooLarge(brought)) return { kind: 'unsent', name, problem: 'corpus.tooLarge' }
  try {
    return { kind: 'upload', uploadId: await upload(file, { ...how, name }) }
  } catch (thrown) {
    const problem = unsentFile.shape.problem.safeParse(AppError.from(thrown).code)
    if (!problem.success) throw thrown
    return { kind: 'unsent', name, problem: problem.data }
  }
}
