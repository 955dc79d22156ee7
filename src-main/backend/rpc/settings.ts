import type { Services } from '../services/services'
import type { DomainHandlers } from './handlers'

export const settingsHandlers = ({ settings }: Services): DomainHandlers<'settings'> => ({
  'settings.get': () => settings.get(),
  'settings.set': (changes) => {
    const given = Object.entries(changes).filter(([, value]) => value !== undefined)
    return settings.set(Object.fromEntries(given))
  },
})
