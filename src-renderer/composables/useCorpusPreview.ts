import { computed, ref, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { CorpusDocument } from '../../src-preload/contract/records/corpora'
import { useCorporaStore } from '../stores/corpora'

/** About two screens of text. */
const pageCharacters = 4000

interface Page {
  readonly from: number
  readonly text: string
  readonly nextOffsetBytes: number
  readonly totalBytes: number
}

export interface CorpusPreview {
  readonly page: ShallowRef<Page | null>
  readonly documents: ShallowRef<readonly CorpusDocument[]>
  readonly error: ShallowRef<AppError | null>
  readonly hasPrevious: ComputedRef<boolean>
  readonly hasNext: ComputedRef<boolean>
  readonly previous: () => Promise<void>
  readonly next: () => Promise<void>
}

/** Pages through a stored text. Offsets are bytes, so the way back is remembered and not computed. */
export function useCorpusPreview(corpusId: string, hasText: boolean): CorpusPreview {
  const corpora = useCorporaStore()
  const page = shallowRef<Page | null>(null)
  const documents = shallowRef<readonly CorpusDocument[]>([])
  const error = shallowRef<AppError | null>(null)
  const visited = ref<number[]>([])

  async function guarded(action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (thrown) {
      error.value = AppError.from(thrown)
    }
  }

  const show = (offsetBytes: number): Promise<void> =>
    guarded(async () => {
      const answer = await corpora.preview({ corpusId, offsetBytes, characters: pageCharacters })
      page.value = { from: offsetBytes, ...answer }
    })

  void guarded(async () => {
    documents.value = await corpora.documents(corpusId)
  })
  if (hasText) void show(0)

  return {
    page,
    documents,
    error,
    hasPrevious: computed(() => visited.value.length > 0),
    hasNext: computed(() => page.value !== null && page.value.nextOffsetBytes < page.value.totalBytes),
    previous: async () => {
      const offset = visited.value.pop()
      if (offset !== undefined) await show(offset)
    },
    next: async () => {
      if (!page.value) return
      const { from, nextOffsetBytes } = page.value
      visited.value.push(from)
      await show(nextOffsetBytes)
    },
  }
}
