import { useQueueStore } from '../stores/queue'
import { useFormat } from './useFormat'
import { useText } from './useText'

/** “Third in line. Starts at about 18:20.”; '' for a run that does not wait here. */
export function useQueuePlace(): (runId: string, now: number) => string {
  const { t } = useText()
  const { number, clock } = useFormat()
  const queue = useQueueStore()
  return (runId, now) => {
    const index = queue.entries.findIndex((entry) => entry.runId === runId)
    const entry = queue.entries[index]
    if (!entry) return ''
    const named = ['first', 'second', 'third'] as const
    const name = named[index]
    const place = name ? t(`start.queue.${name}`) : t('start.queue.nth', { n: number(index + 1) })
    const { startsAt } = entry
    if (queue.paused) return t('start.queue.waits', { place })
    if (startsAt === null) return t('start.queue.unknown', { place })
    return t('start.queue.at', { place, time: clock(Math.max(startsAt, now), now) })
  }
}
