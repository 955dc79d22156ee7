import type { Services } from '../services/services'
import type { DomainHandlers } from './handlers'

export const runsHandlers = ({ runs }: Services): DomainHandlers<'runs'> => ({
  'runs.plan': (input) => runs.plan(input),
  'runs.measure': (input) => {
    runs.measure(input)
    return {}
  },
  'runs.fit': ({ runId, corpusId }) => runs.fit(runId, corpusId),
  'runs.start': (input) => runs.start(input),
  'runs.list': ({ since }) => runs.changes(since),
  'runs.search': ({ text }) => runs.search(text),
  'runs.get': ({ runId }) => runs.get(runId),
  'runs.curves': ({ runId, maxPoints }) => runs.curves(runId, maxPoints),
  'runs.own': () => runs.own(),
  'runs.pause': ({ runId }) => runs.pause(runId),
  'runs.resume': (input) => runs.resume(input),
  'runs.extend': (input) => runs.extend(input),
  'runs.stop': ({ runId }) => runs.stop(runId),
  'runs.update': (input) => runs.update(input),
  'runs.delete': async ({ runId }) => {
    await runs.delete(runId)
    return {}
  },
  'runs.restore': ({ runId }) => runs.restore(runId),
  'runs.compare': (input) => runs.compare(input),
})
