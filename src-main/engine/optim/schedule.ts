import type { Extension } from '../../../src-preload/contract/records/runs'

export interface ScheduleSettings {
  readonly learningRate: number
  readonly minLearningRate: number
  readonly warmupSteps: number
  readonly maxSteps: number
}

/**
 * Linear warm-up, then a cosine down to minLearningRate at maxSteps (nanoGPT, get_lr; Loshchilov & Hutter 2017).
 * @param step steps done before this one, from 0
 */
export function learningRateAt(step: number, s: ScheduleSettings): number {
  if (step < s.warmupSteps) return (s.learningRate * (step + 1)) / (s.warmupSteps + 1)
  if (step >= s.maxSteps) return s.minLearningRate
  const done = (step - s.warmupSteps) / (s.maxSteps - s.warmupSteps)
  return s.minLearningRate + 0.5 * (1 + Math.cos(Math.PI * done)) * (s.learningRate - s.minLearningRate)
}

/** From this share of all steps on an extension rises to the whole learning rate again (docs/log/054: of 1, 2, 3 the best). */
const wholeRateShare = 1 / 3

/**
 * The schedule of a run that was extended. Each extension warms up shortly from where the learning rate had come to, and falls as a
 * cosine again. The longer it is, the higher it rises: a short one has no time to win back what a high rate undoes.
 *
 * @param extensions first to last
 * @returns the learning rate by steps done before; without extensions that of `learningRateAt`
 */
export function scheduleOf(s: ScheduleSettings, extensions: readonly Extension[]): (step: number) => number {
  return extensions.reduce<(step: number) => number>(
    (before, { fromStep, toStep }) => {
      const added = toStep - fromStep
      const from = before(Math.max(0, fromStep - 1))
      const share = Math.min(1, added / toStep / wholeRateShare)
      const peak = Math.max(from, s.minLearningRate + share * (s.learningRate - s.minLearningRate))
      const warmupSteps = Math.min(s.warmupSteps, Math.ceil(added / 10))
      const own = { learningRate: peak, minLearningRate: s.minLearningRate, warmupSteps, maxSteps: added }
      return (step) => {
        if (step < fromStep) return before(step)
        if (step >= fromStep + warmupSteps) return learningRateAt(step - fromStep, own)
        return from + ((peak - from) * (step - fromStep + 1)) / (warmupSteps + 1)
      }
    },
    (step) => learningRateAt(step, s),
  )
}

/**
 * What the learning rate is multiplied by where AdamW's moments were zero at step `from`, not at 0: its bias correction goes
 * by the run's step, and with a beta2 near 1 the first steps would be several times too large (Kingma & Ba 2015, section 3).
 * Never above 1: with others they are smaller, which is a warm-up, and Muon's do not depend on it.
 * @param step steps done before this one
 */
export function momentsFactor(step: number, from: number, { beta1, beta2 }: { beta1: number; beta2: number }): number {
  if (from === 0) return 1
  const correction = (steps: number): number => Math.sqrt(1 - beta2 ** steps) / (1 - beta1 ** steps)
  return Math.min(1, correction(step - from + 1) / correction(step + 1))
}
