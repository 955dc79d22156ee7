import { useRouter } from 'vue-router'
import { useAppStore } from '../stores/app'
import { useNewRunStore, type Changes } from '../stores/newRun'

interface Onward {
  /** Opens the form of a new run with what a run has, and with these changes. */
  readonly duplicate: (run: { readonly runId: string }, changes?: Changes) => Promise<void>
  /** Opens it for a run that goes on from the weights of this one. */
  readonly continueFrom: (run: { readonly runId: string }) => Promise<void>
}

/** The ways on from a run, by the form of a new one; failures are shown. */
export function useDuplicate(): Onward {
  const app = useAppStore()
  const form = useNewRunStore()
  const router = useRouter()
  const open = async (fill: () => Promise<void>): Promise<void> => {
    if (await app.attempt(fill)) await router.push({ name: 'new' })
  }
  return {
    duplicate: (run, changes) => open(() => form.duplicate(run, changes)),
    continueFrom: (run) => open(() => form.continueFrom(run)),
  }
}
