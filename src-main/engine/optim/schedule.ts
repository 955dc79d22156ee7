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
