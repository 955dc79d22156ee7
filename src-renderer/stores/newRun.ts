import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import { runFields, type RunField } from '../../src-preload/contract/limits'
import type { CheckpointKind } from '../../src-preload/contract/records/checkpoints'
import type { TokenizerFit, RunOrigin } from '../../src-preload/contract/records/origin'
import type { RunChoice, RunConfig } from '../../src-preload/contract/records/run-config'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import type { Made } from '../../src-preload/contract/run-name'
import { request } from '../api'
import { readDraft, shownValue, type FieldProblem } from '../composables/fieldDraft'
import { baseToContinue, baseToRepeat, comparedWith, type FormBase } from './newRunBase'
import { createPlanning } from './newRunPlan'

type Overrides = Partial<RunConfig>
/** What a new run does otherwise than the one it is made after: settings, or another size or length. */
export type Changes = Overrides & Partial<RunChoice>
const memoryDelayMs = 5000

/** The form of a new model; it outlives the screen, so that looking something up loses nothing. */
export const useNewRunStore = defineStore('newRun', () => {
  const corpusId = ref<string | null>(null)
  const choice = ref<RunChoice>({ model: 'llama', size: 'tiny', length: 'normal' })
  /** The size is the text's until somebody chooses another. */
  const isSizeChosen = ref(false)
  const name = ref('')
  const base = shallowRef<FormBase | null>(null)
  /** Fields changed by hand, as typed. */
  const drafts = ref<Partial<Record<RunField, string>>>({})
  /** What the text comes to with the tokenizer of the run that this one goes on from; null: not looked at yet. */
  const fit = shallowRef<TokenizerFit | null>(null)

  const parsed = computed(() => {
    const overrides: Record<string, string | number> = {}
    const problems = new Map<RunField, FieldProblem>()
    for (const field of runFields) {
      const draft = drafts.value[field]
      if (draft === undefined) continue
      const result = readDraft(field, draft)
      if ('value' in result) overrides[field] = result.value
      else problems.set(field, result.problem)
    }
    return { overrides, problems }
  })

  const origin = computed<RunOrigin | null>(() => {
    const from = base.value
    return from?.continues ? { runId: from.runId, checkpoint: from.continues.checkpoint } : null
  })

  const { plan, planning, error, refresh } = createPlanning(
    () => {
      if (corpusId.value === null) return null
      const before = base.value
      const from = origin.value
      const after = from ? { from } : before ? { base: { config: before.config, choice: before.choice } } : {}
      return { corpusId: corpusId.value, choice: choice.value, overrides: parsed.value.overrides, ...after }
    },
    ({ suggestedSize }) => {
      if (!isSizeChosen.value && suggestedSize !== choice.value.size)
        choice.value = { ...choice.value, size: suggestedSize }
    },
  )
  /** What Homegrown would choose without the changes; where there is a base, what stands there. */
  const suggested = computed<RunConfig | null>(() => {
    const before = base.value?.continues ? null : base.value?.config
    return before ?? plan.value?.suggested ?? null
  })

  const problems = computed(() => {
    const all = new Map<string, FieldProblem>(parsed.value.problems)
    for (const { field, error: found, fix } of plan.value?.problems ?? [])
      if (!all.has(field)) all.set(field, { error: found, typo: null, fixes: fix === null ? [] : [fix] })
    return all
  })

  /** What starts, and what its name compares it with; null while it is not planned. */
  const made = computed<Made | null>(() => plan.value && { choice: choice.value, config: plan.value.config })
  const madeAfter = computed<Made | null>(() => plan.value && comparedWith(plan.value, base.value))

  const isTooLarge = computed(() =>
    [...problems.value.values()].some(({ error: found }) => found?.code === 'config.tooLargeForMemory'),
  )
  /** Fields that differ from what they would be: typed, or against the run that the form was opened from. */
  const changed = computed<RunField[]>(() => {
    const before = base.value?.continues ? null : base.value?.config
    if (!before) return Object.keys(drafts.value) as RunField[]
    const { overrides, problems: typos } = parsed.value
    const now = { ...before, ...plan.value?.config, ...overrides }
    return runFields.filter((field) => typos.has(field) || now[field] !== before[field])
  })
  const canStart = computed(
    () => plan.value !== null && !planning.value && error.value === null && problems.value.size === 0,
  )

  function choose(part: Partial<RunChoice>): void {
    if (part.size !== undefined) isSizeChosen.value = true
    choice.value = { ...choice.value, ...part }
    const before = base.value?.continues ? null : base.value?.config
    // What was put back by hand follows the new choice like everything else.
    if (before) keepDrafts((field) => drafts.value[field] !== shownValue(before[field]))
  }

  function keepDrafts(isKept: (field: RunField) => boolean): void {
    const kept = Object.entries(drafts.value).filter(([field]) => isKept(field as RunField))
    drafts.value = Object.fromEntries(kept)
  }

  function set(field: RunField, draft: string): void {
    drafts.value = { ...drafts.value, [field]: draft }
  }

  function reset(field: RunField): void {
    const before = base.value
    if (!before || before.continues) keepDrafts((other) => other !== field)
    else if (field === 'model') choose({ model: before.choice.model })
    // Typed, since a choice or another setting may be what changed it.
    else set(field, shownValue(before.config[field]))
  }

  function resetAll(): void {
    drafts.value = {}
    if (base.value && !base.value.continues) choice.value = base.value.choice
  }

  function applyFix(fix: Overrides): void {
    for (const [field, value] of Object.entries(fix)) set(field as RunField, shownValue(value))
  }

  /**
   * Fills the form with what this run has: its text, its recipe, its settings; then with `changes`.
   * @throws AppError `run.notFound`
   */
  async function duplicate({ runId }: Pick<RunRecord, 'runId'>, changes: Changes = {}): Promise<void> {
    const from = await baseToRepeat(runId)
    const { model = from.choice.model, size = from.choice.size, length = from.choice.length, ...settings } = changes
    fill(from)
    corpusId.value = from.corpusId
    choice.value = { model, size, length }
    applyFix(settings)
  }

  /**
   * Opens the form for a run that goes on from this one's weights on another text.
   * @throws AppError `run.notFound`, `run.noCheckpoint`
   */
  async function continueFrom({ runId }: Pick<RunRecord, 'runId'>): Promise<void> {
    const from = await baseToContinue(runId)
    fill(from)
    choice.value = { ...from.choice, length: 'normal' }
    // Which of the other texts, the form asks.
    corpusId.value = null
  }

  function fill(from: FormBase): void {
    plan.value = null
    base.value = from
    isSizeChosen.value = true
    name.value = ''
    drafts.value = {}
  }

  function takeCheckpoint(checkpoint: CheckpointKind): void {
    const from = base.value
    if (from?.continues) base.value = { ...from, continues: { ...from.continues, checkpoint } }
  }

  /** Back to what Homegrown suggests. */
  function forgetBase(): void {
    if (!base.value) return
    base.value = null
    drafts.value = {}
    isSizeChosen.value = false
  }

  /** Exact numbers instead of estimates, and what gets lost; said before the start. */
  watch([corpusId, () => origin.value?.runId], async ([text, runId]) => {
    fit.value = null
    if (text === null || runId === undefined) return
    const found = await request('runs.fit', { runId, corpusId: text }).catch(() => null)
    if (corpusId.value !== text || origin.value?.runId !== runId) return
    fit.value = found
    await refresh()
  })

  // Memory comes back when other programs end.
  watch(plan, (found) => {
    if (isTooLarge.value) setTimeout(() => plan.value === found && void refresh(), memoryDelayMs)
  })

  /**
   * Starts what the form shows; the form is then free for the next one.
   * @param automaticName where nobody has typed one; '': the backend's
   */
  async function start(automaticName = ''): Promise<RunRecord> {
    if (corpusId.value === null || plan.value === null) throw new AppError('corpus.notReady')
    const wished = name.value.trim() || automaticName
    const from = origin.value ? { from: origin.value } : {}
    const input = { corpusId: corpusId.value, config: plan.value.config, ...from }
    const run = await request('runs.start', wished === '' ? input : { ...input, name: wished })
    name.value = ''
    forgetBase()
    return run
  }

  /** Starts with what Homegrown suggests but for `overrides`, without the form. */
  async function startSuggested(
    text: string,
    recipe: RunChoice,
    runName: string,
    overrides: Overrides,
  ): Promise<RunRecord> {
    const { config } = await request('runs.plan', { corpusId: text, choice: recipe, overrides })
    return request('runs.start', { corpusId: text, config, name: runName })
  }

  return {
    ...{ corpusId, choice, name, base, fit, drafts, plan, suggested, planning, error, problems, changed, canStart },
    ...{ isTooLarge, made, madeAfter },
    typed: computed(() => parsed.value.overrides),
    ...{
      choose,
      set,
      reset,
      resetAll,
      applyFix,
      duplicate,
      continueFrom,
      takeCheckpoint,
      forgetBase,
      refresh,
      start,
      startSuggested,
    },
  }
})
