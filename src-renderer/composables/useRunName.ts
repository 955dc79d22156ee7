import { computed, type ComputedRef } from 'vue'
import { nameParts, runName } from '../../src-preload/contract/run-name'
import { useNewRunStore } from '../stores/newRun'
import { useRunsStore } from '../stores/runs'
import { useCorporaStore } from '../stores/corpora'
import { phraseFor } from './namePhrase'
import { useFieldValue } from './useFieldValue'
import { useFormat } from './useFormat'
import { useText } from './useText'

/** What the form's run is called where nobody names it: its text and what is different; '' while that is not known. */
export function useRunName(): ComputedRef<string> {
  const { t } = useText()
  const { precise } = useFormat()
  const fieldValue = useFieldValue()
  const form = useNewRunStore()
  const corpora = useCorporaStore()
  const runs = useRunsStore()
  const phrase = phraseFor({ t }, ({ field, value }) =>
    typeof value === 'string' || field === 'seed' ? fieldValue(field, value) : precise(value),
  )
  return computed(() => {
    const text = corpora.ready.find(({ corpusId }) => corpusId === form.corpusId)
    if (!text || !form.made || !form.madeAfter) return ''
    const taken = new Set(runs.list.map(({ name }) => name))
    const from = form.base?.continues ? [t('newRun.name.from', { name: form.base.name })] : []
    return runName(text.name, [...from, ...nameParts(form.made, form.madeAfter).map(phrase)], taken)
  })
}
