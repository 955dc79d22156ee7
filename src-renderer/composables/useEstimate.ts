import type { TimeEstimate } from '../../src-preload/contract/records/plan'
import { useFormat } from './useFormat'
import { useText } from './useText'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** As a person would say it, never more exact than it is known: from three days on whole days. */
export function roundedMs(durationMs: number): number {
  if (durationMs < minuteMs) return Math.max(5000, Math.round(durationMs / 5000) * 5000)
  if (durationMs < 10 * minuteMs) return Math.round(durationMs / minuteMs) * minuteMs
  if (durationMs < hourMs) return Math.round(durationMs / (5 * minuteMs)) * 5 * minuteMs
  if (durationMs < 10 * hourMs) return Math.round(durationMs / (10 * minuteMs)) * 10 * minuteMs
  const unitMs = durationMs < 24 * hourMs ? hourMs : durationMs < 72 * hourMs ? 12 * hourMs : 24 * hourMs
  return Math.round(durationMs / unitMs) * unitMs
}

/** A range that says more than its middle. */
const isWide = ({ lowMs, highMs }: TimeEstimate): boolean => highMs / lowMs > 1.7

export interface EstimateText {
  /** “about 14 min”, “5 to 20 min”, or that it is not known. */
  readonly aboutTime: (estimate: TimeEstimate | null) => string
  /** “ready at 15:40”; '' where that would be a guess. */
  readonly readyAt: (estimate: TimeEstimate | null, nowMs: number) => string
}

export function useEstimate(): EstimateText {
  const { t } = useText()
  const { duration, clock } = useFormat()
  return {
    aboutTime: (estimate) => {
      if (estimate === null) return t('newRun.time.unknown')
      const [low, high] = [duration(roundedMs(estimate.lowMs)), duration(roundedMs(estimate.highMs))]
      if (isWide(estimate) && low !== high) return t('newRun.time.range', { low, high })
      return t('newRun.time.about', { time: duration(roundedMs(estimate.likelyMs)) })
    },
    readyAt: (estimate, nowMs) =>
      estimate === null || isWide(estimate)
        ? ''
        : t('newRun.time.ready', { at: clock(nowMs + estimate.likelyMs, nowMs) }),
  }
}
