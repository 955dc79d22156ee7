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
