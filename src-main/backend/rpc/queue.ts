import type { Services } from '../services/services'
import type { DomainHandlers } from './handlers'

export const queueHandlers = ({ queue }: Services): DomainHandlers<'queue'> => ({
  'queue.get': () => queue.get(),
  'queue.move': ({ runId, to }) => queue.move(runId, to),
})
