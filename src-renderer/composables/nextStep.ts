import { hasAttention, runLimits, widthRules } from '../../src-preload/contract/limits'
import { isExtendable, isResumable, resumePoint } from '../../src-preload/contract/resume'
import { isActive } from '../../src-preload/contract/run-state'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { RunDetail, RunRecord } from '../../src-preload/contract/records/runs'
import type { Gap, Verdict } from './verdict'

/** What helps a run that is over, most of all: the one button beside its verdict. */
export type NextStep = 'resume' | 'longer' | 'smaller' | 'larger' | 'moreText' | 'lowerRate'

/** Its page has a notice of what ended it, with the button that resumes it. */
export const hasNotice = ({ error, state }: RunRecord): boolean =>
  error !== null && (state === 'failed' || state === 'interrupted')

/** @returns null while it trains, and where the notice has the button already */
export function nextStepOf({ run, summary, config }: RunDetail, verdict: Verdict, gap: Gap | null): NextStep | null {
  if (isActive(run)) return null
  const tokens = (run.maxSteps * config.batchSize * config.blockSize) / Math.max(summary.epochs, Number.MIN_VALUE)
  const can = (step: NewRunStep): boolean => Object.keys(changesFor(step, config)).length > 0
  switch (verdict) {
    case 'nothing':
    case 'unstable':
    case 'worsening':
      return 'lowerRate'
    case 'memorising':
      // A model with fewer parameters than the text has tokens is not what is too large.
      return summary.parameterCount > tokens && can('smaller') ? 'smaller' : 'moreText'
    case 'level':
      return gap?.size === 'none' && can('larger') ? 'larger' : 'moreText'
    case 'waiting':
    case 'early':
    case 'learning':
    case 'slowing':
    case 'wavering':
      if (hasNotice(run)) return null
      if (isResumable(run)) return 'resume'
      return isExtendable(run) ? 'longer' : null
  }
}

/** What the header of a run's page offers: nothing that stands below it as the next step, or in the notice. */
export function headerSteps(run: RunRecord, next: NextStep | null): readonly ('resume' | 'longer')[] {
  const canResume = isResumable(run) && next !== 'resume' && !hasNotice(run)
  const canExtend = isExtendable(run) && next !== 'longer'
  return [...(canResume ? ['resume' as const] : []), ...(canExtend ? ['longer' as const] : [])]
}

/** How much longer to train is suggested: half of what it has had, as a round number. */
export function suggestedSteps(run: RunRecord): number {
  const half = Math.max(1, resumePoint(run).step / 2)
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(half)) - 1)
  return Math.min(runLimits.maxSteps.max, Math.round(half / unit) * unit)
}

/** As many heads fewer as the width shrinks: each stays as wide. */
const heads = ({ model, nHead }: RunConfig, times: number): Partial<RunConfig> =>
  hasAttention(model) ? { nHead: nHead * times } : {}

function halved(config: RunConfig): Partial<RunConfig> {
  const { model, nLayer, nHead, nEmbd } = config
  const canNarrow = nEmbd % (2 * widthRules[model].step) === 0 && (!hasAttention(model) || nHead % 2 === 0)
  return {
    ...(nLayer > 1 ? { nLayer: Math.ceil(nLayer / 2) } : {}),
    ...(canNarrow ? { nEmbd: nEmbd / 2, ...heads(config, 0.5) } : {}),
  }
}

function doubled(config: RunConfig): Partial<RunConfig> {
  const { nLayer, nHead, nEmbd } = config
  if (2 * nLayer <= runLimits.nLayer.max) return { nLayer: 2 * nLayer }
  const canWiden = 2 * nEmbd <= runLimits.nEmbd.max && 2 * nHead <= runLimits.nHead.max
  return canWiden ? { nEmbd: 2 * nEmbd, ...heads(config, 2) } : {}
}

/** A tenth of each rate, within its limits; and gradients clipped, which helps against what made it explode. */
function slower({
  learningRate,
  minLearningRate,
  matrixLearningRate,
  gradClip,
  optimizer,
}: RunConfig): Partial<RunConfig> {
  const tenth = (rate: number, { min }: { readonly min: number }): number =>
    Math.max(min, Number((rate / 10).toPrecision(3)))
  return {
    learningRate: tenth(learningRate, runLimits.learningRate),
    minLearningRate: tenth(minLearningRate, runLimits.minLearningRate),
    ...(optimizer === 'muon' ? { matrixLearningRate: tenth(matrixLearningRate, runLimits.matrixLearningRate) } : {}),
    ...(gradClip === 0 ? { gradClip: runLimits.gradClip.default } : {}),
  }
}

const changes = { smaller: halved, larger: doubled, lowerRate: slower } as const
export type NewRunStep = keyof typeof changes

/** What the form of a new run is to change against the settings of this one. */
export const changesFor = (step: NewRunStep, config: RunConfig): Partial<RunConfig> => changes[step](config)
