import { AppError } from '../../../src-preload/contract/errors'
import type { Services } from '../services/services'
import type { DomainHandlers } from './handlers'

export const corporaHandlers = ({ corpora }: Services): DomainHandlers<'corpora'> => ({
  'corpora.list': () => corpora.list(),
  'corpora.import': (input, client) => {
    if (client === 'browser' && input.sources.some(({ kind }) => kind === 'path')) throw new AppError('access.denied')
    return corpora.import(input)
  },
  'corpora.cancel': async ({ corpusId }) => {
    await corpora.cancel(corpusId)
    return {}
  },
  'corpora.documents': ({ corpusId }) => corpora.documents(corpusId),
  'corpora.preview': (input) => corpora.preview(input),
  'corpora.encodings': ({ corpusId, document }) => corpora.encodings(corpusId, document),
  'corpora.reread': (input) => corpora.reread(input),
  'corpora.dismiss': ({ corpusId }) => corpora.dismiss(corpusId),
  'corpora.rename': ({ corpusId, name }) => corpora.rename(corpusId, name),
  'corpora.delete': async ({ corpusId }) => {
    await corpora.delete(corpusId)
    return {}
  },
  'corpora.restore': ({ corpusId }) => corpora.restore(corpusId),
})
