import { AppError } from '../../../src-preload/contract/errors'
import type { Services } from '../services/services'
import type { DomainHandlers } from './handlers'

export const enginesHandlers = ({ engines, system, uploads }: Services): DomainHandlers<'engines'> => ({
  'engines.measure': () => system.measure(),
  'engines.packages': () => engines.packages(),
  'engines.install': ({ engine, source }, client) => {
    if (client === 'browser' && source.kind === 'files') throw new AppError('access.denied')
    const uploadIds = source.kind === 'uploads' ? source.uploadIds : []
    const sent = uploadIds.map((uploadId) => uploads.sourceOf(uploadId).path)
    for (const uploadId of uploadIds) uploads.hold(uploadId)
    const files = source.kind === 'index' ? null : source.kind === 'files' ? source.paths : sent
    engines
      .install(engine, files)
      // How it ended is told by its event.
      .catch(() => undefined)
      .then(() => Promise.all(uploadIds.map((uploadId) => uploads.remove(uploadId))))
      // One that cannot be removed is swept later.
      .catch(() => undefined)
    return {}
  },
  'engines.cancelInstall': async () => {
    await engines.cancel()
    return {}
  },
  'engines.remove': async ({ engine }) => {
    await engines.remove(engine)
    return {}
  },
})
