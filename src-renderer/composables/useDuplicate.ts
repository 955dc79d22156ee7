import { useRouter } from 'vue-router'
import { useAppStore } from '../stores/app'
import { useNewRunStore, type Changes } from '../stores/newRun'

/** Opens the form of a new run with what a run has, and with these changes; failures are shown. */
export function useDuplicate(): (run: { readonly runId: string }, changes?: Changes) => Promise<void> {
  const app = useAppStore()
  const form = useNewRunStore()
  const router = useRouter()
  return async (run, changes) => {
    if (await app.attempt(() => form.duplicate(run, changes))) await router.push({ name: 'new' })
  }
}
