import type { Services } from '../services/services'
import type { DomainHandlers } from './handlers'

export const talkHandlers = ({ talk }: Services): DomainHandlers<'talk'> => ({
  'talk.list': () => talk.list(),
  'talk.get': ({ conversationId }) => talk.get(conversationId),
  'talk.writing': () => talk.writing(),
  'talk.create': ({ runId }) => talk.create(runId),
  'talk.rename': ({ conversationId, title }) => talk.rename(conversationId, title),
  'talk.delete': async ({ conversationId }) => {
    await talk.delete(conversationId)
    return {}
  },
  'talk.restore': ({ conversationId }) => talk.restore(conversationId),
  'talk.choose': ({ messageId }) => talk.choose(messageId),
  'talk.reading': (input) => talk.reading(input),
  'talk.starters': ({ runId }) => talk.starters(runId),
  'talk.generate': (input) => talk.generate(input),
  'talk.stop': ({ generationId }) => {
    talk.stop(generationId)
    return {}
  },
})
