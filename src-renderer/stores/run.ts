import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { AppEvent, RunEvent } from '../../src-preload/contract/events'
import { maxCurvePoints } from '../../src-preload/contract/limits'
import type { RunDetail, RunRecord, RunStage } from '../../src-preload/contract/records/runs'
import { request, subscribe } from '../api'
import { CurveBuffer } from '../composables/chart/curveBuffer'
import { detailAfterEvent, newerOf } from './runEvents'

/** The run that is open on the screen: its record, its curves, its samples, live. */
export const useRunStore = defineStore('run', () => {
  const runId = ref<string | null>(null)
  const detail = shallowRef<RunDetail | null>(null)
  const stage = ref<RunStage | null>(null)
  const stageProgress = ref<number | null>(null)
  const error = shallowRef<AppError | null>(null)
  /** The run was deleted while it was open. */
  const gone = ref(false)
  const curves = shallowRef(new CurveBuffer())
  /** Rises with every change of the curves: what charts watch, because the buffer itself is not reactive. */
  const version = ref(0)
  const run = computed<RunRecord | null>(() => detail.value?.run ?? null)

  let unsubscribe: (() => void) | null = null
  /** Events that arrive before the history does. */
  let waiting: RunEvent[] | null = null
  /** Tells an answer that belongs to the run opened before from the one that is wanted. */
  let opening = 0

  function apply(event: RunEvent): void {
    if (detail.value) detail.value = detailAfterEvent(detail.value, event)
    switch (event.kind) {
      case 'state':
        if (run.value?.state !== 'running') stage.value = null
        break
      case 'stage':
        stage.value = event.stage
        stageProgress.value = event.progress
        break
      case 'steps':
        if (curves.value.appendSteps(event.rows) > 0) version.value++
        break
      case 'eval':
        if (curves.value.appendEval(event.row)) version.value++
        break
      case 'rollback':
        if (runId.value !== null) void open(runId.value)
        break
      case 'sample':
      case 'checkpoint':
      case 'tier':
        break
    }
  }

  function receive(event: AppEvent): void {
    if (event.topic === 'run' && event.runId === runId.value) {
      if (waiting) waiting.push(event)
      else apply(event)
    } else if (event.topic === 'changed' && event.what === 'runs') void check()
    else if (event.topic === 'backend' && event.state === 'up' && runId.value !== null) void open(runId.value)
  }

  /** A list change may mean that this run is no longer there, or that another process changed it. */
  async function check(): Promise<void> {
    const id = runId.value
    if (id === null) return
    try {
      const { run: fresh, notes } = await request('runs.get', { runId: id })
      if (id !== runId.value) return
      if (gone.value) await open(id)
      else if (detail.value) detail.value = { ...detail.value, notes, run: newerOf(detail.value.run, fresh) }
    } catch (thrown) {
      if (id === runId.value && AppError.from(thrown).code === 'run.notFound') gone.value = true
    }
  }

  /** Shows a run: subscribes, fetches what has been, then goes on with what arrived meanwhile. */
  async function open(id: string): Promise<void> {
    const mine = ++opening
    unsubscribe ??= subscribe(receive)
    if (runId.value !== id) {
      detail.value = null
      stage.value = stageProgress.value = null
      curves.value = new CurveBuffer()
    }
    runId.value = id
    waiting = []
    error.value = null
    gone.value = false
    try {
      const history = request('runs.curves', { runId: id, maxPoints: maxCurvePoints })
      const [fetched, past] = await Promise.all([request('runs.get', { runId: id }), history])
      if (mine !== opening) return
      detail.value = fetched
      curves.value.load(past)
      const late = waiting.filter((event) => event.seq > past.seq)
      waiting = null
      late.forEach(apply)
      version.value++
    } catch (thrown) {
      if (mine !== opening) return
      waiting = null
      error.value = AppError.from(thrown)
    }
  }

  function close(): void {
    opening++
    unsubscribe?.()
    unsubscribe = null
    runId.value = null
    detail.value = null
  }

  return {
    ...{ runId, run, detail, stage, stageProgress, error, gone, curves, version },
    ...{ open, close },
  }
})
