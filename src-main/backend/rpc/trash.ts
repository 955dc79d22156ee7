import type { Services } from '../services/services'
import type { DomainHandlers } from './handlers'

export const trashHandlers = ({ trash }: Services): DomainHandlers<'trash'> => ({
  'trash.list': () => trash.list(),
  'trash.empty': ({ ids }) => trash.empty(ids),
})
