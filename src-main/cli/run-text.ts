import type { CheckpointKind, ResumedFrom, Rollback } from '../../src-preload/contract/records/checkpoints'
import type { RunParent } from '../../src-preload/contract/records/origin'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { Extension, RunEnding, RunRecord, RunStage, RunState } from '../../src-preload/contract/records/runs'
import type { NamePart } from '../../src-preload/contract/run-name'
import { stopWithinMs } from '../../src-preload/contract/limits'
import { resumePoint } from '../../src-preload/contract/resume'
import { megabytes } from './amounts'
import { command } from './command-text'

const modelNames: Readonly<Record<RunConfig['model'], string>> = { gpt: 'GPT-2', lstm: 'LSTM', llama: 'Llama' }

/** What a run does otherwise, within its automatic name: settings as `--set` writes them. */
function namePart(part: NamePart): string {
  switch (part.kind) {
    case 'model':
      return modelNames[part.model]
    case 'size':
      return part.size
    case 'length':
      return part.length
    case 'twice':
      return `${part.field} × 2`
    case 'half':
      return `${part.field} ÷ 2`
    case 'times':
      return `${part.field} × ${part.by}`
    case 'divided':
      return `${part.field} ÷ ${part.by}`
    case 'value':
      return `${part.field} ${part.value}`
  }
}

const settings = (change: Partial<RunConfig>): string =>
  Object.entries(change)
    .map(([field, value]) => `--set ${field}=${value}`)
    .join(' ')

const states: Readonly<Record<RunState, string>> = {
  queued: 'waiting',
  running: 'training',
  paused: 'paused',
  interrupted: 'interrupted',
  stopped: 'stopped',
  done: 'done',
  failed: 'failed',
}

const endings: Readonly<Record<RunEnding, string>> = { paused: 'pausing', stopped: 'stopping' }

const stages: Readonly<Record<RunStage, string>> = {
  waiting: 'waiting',
  preparing: 'preparing',
  tokenizing: 'building the vocabulary',
  compiling: 'compiling',
  training: 'training',
  evaluating: 'evaluating',
  saving: 'saving',
}

const resumeReasons: Readonly<Record<ResumedFrom['reason'], string>> = {
  damaged: 'The newest save is damaged. Resuming from an earlier one',
  missing: 'The newest saves are missing. Resuming from the best one',
  chosen: 'Resuming from the best save',
}

/** Beyond the last save, where the run ended at that. */
function unsaved(run: RunRecord): string {
  const { step, repeats } = resumePoint(run)
  if (repeats === 0 || run.state === 'done') return ''
  return ` ${repeats === 1 ? '1 step' : `${repeats} steps`} after the last save, step ${step}, ${repeats === 1 ? 'was' : 'were'} not saved.`
}

/** What the command line says of a run: what it does, how it stands and how it ends. */
export const runTexts = {
  settings,
  namePart,
  continues: (name: string) => `from ${name}`,
  parent: ({ name, kind, step }: RunParent) => `Continued from ${name}, ${kind} version, step ${step}`,
  state: ({ state, wish }: Pick<RunRecord, 'state' | 'wish'>) => (wish === null ? states[state] : endings[wish.ending]),
  stage: (stage: RunStage) => stages[stage],
  started: ({ name, runId, parameterCount, maxSteps }: RunRecord) =>
    `Run ${name} (${runId}): ${parameterCount.toLocaleString('en')} parameters, ${maxSteps.toLocaleString('en')} steps`,
  extended: ({ fromStep, toStep }: Extension) => `Trained longer: from step ${fromStep} to step ${toStep}`,
  rollback: ({ step, toStep, learningRateFactor, accumulation }: Rollback) =>
    accumulation !== null
      ? `Ran out of memory at step ${step}. Continuing from step ${toStep} ` +
        (accumulation > 1 ? `with ${accumulation} micro-batches per step` : 'in a way that needs less') +
        ': same result, slower.'
      : `The loss went off course at step ${step}. Continuing from step ${toStep} with ${Math.round(learningRateFactor * 100)} % of the learning rate.`,
  saving: `Saving after the step under way (up to ${stopWithinMs / 1000} s). Press Ctrl-C again to end without saving.`,
  resumedFrom: ({ kind, step, reason }: ResumedFrom) => {
    const moments = ' It has no optimizer state, so the moments start at zero and the loss may rise for a while.'
    return `${resumeReasons[reason]}, step ${step}.${kind === 'best' ? moments : ''}`
  },
  wish: (ending: RunEnding) =>
    `Asked to ${ending === 'paused' ? 'pause' : 'stop'}: waiting for the step under way (up to ${stopWithinMs / 1000} s).`,
  /** How a run stands that has ended before its last step. */
  saved: (run: RunRecord) => {
    const { step } = resumePoint(run)
    if (step === 0) return `Nothing was saved yet. Start over with: ${command} resume ${run.runId}`
    return `Saved at step ${step}.${unsaved(run)} Resume with: ${command} resume ${run.runId}`
  },
  endedEarly: ({ step, maxSteps, checkpoints }: RunRecord, patience: number) =>
    `Ended early, at step ${step} of ${maxSteps}: ${patience} evaluations in a row brought no lower validation loss. ` +
    `The best version, from step ${checkpoints.find(({ kind }) => kind === 'best')?.step ?? 0}, is saved.`,
  done: ({ runId }: RunRecord) => `Done. Try it with: ${command} generate ${runId} "…"`,
  runColumns: ['ID', 'Name', 'State', 'Model', 'Text', 'Step', 'Validation loss', 'Started'],
  checkpoint: (kind: CheckpointKind, step: number, sizeBytes: number) =>
    `${kind === 'best' ? 'Best' : 'Last'} version: step ${step}, ${megabytes(sizeBytes)}`,
  renamed: (before: string, name: string) => `Renamed ${before} to ${name}.`,
  requested: (name: string, as: 'paused' | 'stopped') => `${name} will be ${as} after its current step.`,
  waitingForSave: (name: string) => `Waiting for ${name} to finish its step and save. Ctrl-C ends the wait only.`,
  requestStands: 'Not waiting any longer. The run still saves and ends.',
  ended: (run: RunRecord) => `${run.name}: ${states[run.state]}, step ${run.step}.${unsaved(run)}`,
  noRuns: `No runs yet. Start one with: ${command} train FILE`,
  same: 'The settings are the same.',
}
