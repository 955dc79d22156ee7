import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { CorpusRecord } from '../../src-preload/contract/records/corpora'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { useCorporaStore } from '../stores/corpora'
import { useNewRunStore } from '../stores/newRun'
import { useText } from './useText'

export type SampleStage = 'idle' | 'importing' | 'starting'

export interface SampleRun {
  readonly stage: Readonly<Ref<SampleStage>>
  /** Of the import, 0 to 1; null when it cannot be known. */
  readonly progress: Readonly<Ref<number | null>>
  readonly error: Ref<AppError | null>
  /** From nothing to a training model in one call; null when it failed (see `error`). */
  readonly start: () => Promise<RunRecord | null>
  /** Only the text. */
  readonly addText: () => Promise<CorpusRecord | null>
}

// Shared: leaving the screen and coming back must not offer the button while the import still runs.
const stage = ref<SampleStage>('idle')
const importing = ref<string | null>(null)

/** The sample text in the screen's language, and a first small training on it. */
export function useSampleRun(): SampleRun {
  const corpora = useCorporaStore()
  const newRun = useNewRunStore()
  const { t, locale } = useText()

  const error = shallowRef<AppError | null>(null)
  const progress = computed(() => {
    const event = importing.value === null ? undefined : corpora.progress.get(importing.value)
    return event?.progress ?? null
  })

  const sampleName = (): string => t(locale.value === 'zh-CN' ? 'texts.sampleLanguage.zhCN' : 'texts.sampleLanguage.en')

  function settled(corpusId: string): Promise<CorpusRecord> {
    return new Promise((resolve, reject) => {
      const stop = watch(
        () => corpora.corpora.find((record) => record.corpusId === corpusId),
        (record) => {
          if (record?.state === 'importing') return
          queueMicrotask(() => {
            stop()
          })
          if (record?.state === 'ready') resolve(record)
          else if (record?.error) reject(AppError.fromData(record.error))
          else reject(new AppError('cancelled'))
        },
        { immediate: true },
      )
    })
  }

  async function ensureText(): Promise<CorpusRecord> {
    stage.value = 'importing'
    const name = sampleName()
    const known = corpora.ready.find((record) => record.name === name)
    if (known) return known
    const { corpusId } = await corpora.addSample(locale.value, name)
    importing.value = corpusId
    return settled(corpusId)
  }

  async function guarded<T>(action: () => Promise<T>): Promise<T | null> {
    if (stage.value !== 'idle') return null
    error.value = null
    try {
      return await action()
    } catch (thrown) {
      const failure = AppError.from(thrown)
      if (failure.kind !== 'cancelled') error.value = failure
      return null
    } finally {
      stage.value = 'idle'
      importing.value = null
    }
  }

  const start = (): Promise<RunRecord | null> =>
    guarded(async () => {
      const text = await ensureText()
      stage.value = 'starting'
      const recipe = { model: 'llama', size: 'tiny', length: 'quick' } as const
      // One beginning for all samples: they can be compared while the model learns.
      const overrides = { samplePrompt: t('start.sample.prompt') }
      return newRun.startSuggested(text.corpusId, recipe, t('start.sample.name'), overrides)
    })

  return { stage, progress, error, start, addText: () => guarded(ensureText) }
}
