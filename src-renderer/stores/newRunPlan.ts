import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { Input } from '../../src-preload/contract/methods'
import type { RunPlan } from '../../src-preload/contract/records/plan'
import { isActive } from '../../src-preload/contract/run-state'
import { request, subscribe } from '../api'

const planDelayMs = 250
/** Nobody waits for a measurement of what is only passed over. */
const measureDelayMs = 1200

export interface Planning {
  readonly plan: ShallowRef<RunPlan | null>
  /** What is shown has changed, and its plan isn't here yet. */
  readonly planning: Ref<boolean>
  readonly error: ShallowRef<AppError | null>
  readonly refresh: () => Promise<void>
}

/**
 * Keeps the plan of what the form shows, and has its steps timed.
 *
 * @param question what the form shows; null while it has no text
 * @param onPlan called with each plan, before it is measured
 */
export function createPlanning(question: () => Input<'runs.plan'> | null, onPlan: (plan: RunPlan) => void): Planning {
  const plan = shallowRef<RunPlan | null>(null)
  const planning = ref(false)
  const error = shallowRef<AppError | null>(null)

  let asked = 0
  async function refresh(): Promise<void> {
    const mine = ++asked
    const input = question()
    if (input === null) {
      plan.value = null
      planning.value = false
      return
    }
    try {
      const full = await request('runs.plan', input)
      if (mine !== asked) return
      plan.value = full
      error.value = null
      onPlan(full)
      measureLater(input, full)
    } catch (thrown) {
      if (mine === asked) error.value = AppError.from(thrown)
    } finally {
      if (mine === asked) planning.value = false
    }
  }

  let measuring: ReturnType<typeof setTimeout> | undefined
  function measureLater({ corpusId, from }: Input<'runs.plan'>, { config }: RunPlan): void {
    clearTimeout(measuring)
    measuring = setTimeout(() => {
      // Without it the form says nothing of the time; it is asked again with the next choice.
      request('runs.measure', { corpusId, config, ...(from ? { from } : {}) }).catch(() => undefined)
    }, measureDelayMs)
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  watch(question, () => {
    planning.value = true
    // An answer under way is one to what the form showed before: a run must not start with it.
    asked++
    clearTimeout(timer)
    timer = setTimeout(() => void refresh(), planDelayMs)
  })
  subscribe((event) => {
    const isTimed = event.topic === 'changed' && event.what === 'timings'
    // What trained is over: now its speed can be tested.
    const isWaiting = plan.value?.speedTest.state === 'training'
    const isOver = isWaiting && event.topic === 'run' && event.kind === 'state' && !isActive(event.run)
    if (isTimed || isOver || (event.topic === 'backend' && event.state === 'up')) void refresh()
  })

  return { plan, planning, error, refresh }
}
