import type { Services } from '../services/services'
import type { DomainHandlers } from './handlers'

export const systemHandlers = ({ system }: Services): DomainHandlers<'system'> => ({
  'system.info': () => system.info(),
  'system.profile': () => system.profile(),
  // A backend that answers has started (keep-backend.ts).
  'system.start': () => ({}),
})
