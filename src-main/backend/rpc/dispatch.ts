import { AppError } from '../../../src-preload/contract/errors'
import { methods, type Method } from '../../../src-preload/contract/methods'
import type { Result, WireAnswer } from '../../../src-preload/contract/wire'
import type { Services } from '../services/services'
import { corporaHandlers } from './corpora'
import { enginesHandlers } from './engines'
import type { Client, Handlers } from './handlers'
import { queueHandlers } from './queue'
import { runsHandlers } from './runs'
import { settingsHandlers } from './settings'
import { systemHandlers } from './system'
import { talkHandlers } from './talk'
import { trashHandlers } from './trash'

/** Answers a request with data, whatever happens: never rejects. */
export type Dispatch = (method: string, input: unknown, client: Client) => Promise<Result>

export interface DispatchOptions {
  /** Holds answers against the contract too: in development and tests. */
  readonly checkOutput: boolean
  /** Of what was not expected. Returns the log that has it, null where it could not be written. */
  readonly onInternal: (error: AppError) => string | null
}

const isMethod = (method: string): method is Method => Object.hasOwn(methods, method)

export function createDispatch(services: Services, { checkOutput, onInternal }: DispatchOptions): Dispatch {
  const handlers: Handlers = {
    ...systemHandlers(services),
    ...enginesHandlers(services),
    ...settingsHandlers(services),
    ...corporaHandlers(services),
    ...runsHandlers(services),
    ...queueHandlers(services),
    ...talkHandlers(services),
    ...trashHandlers(services),
  }

  const answer = async (method: string, input: unknown, client: Client): Promise<unknown> => {
    if (!isMethod(method)) throw new AppError('method.unknown', { method: method.slice(0, 100) })
    const valid = methods[method].input.safeParse(input)
    if (!valid.success) {
      const [issue] = valid.error.issues
      throw new AppError('input.invalid', { method, field: issue?.path.join('.') ?? '', problem: issue?.code ?? '' })
    }
    // One place knows that a method's handler takes what its schema gives; TypeScript cannot follow the pair.
    const handler = handlers[method] as (input: unknown, client: Client) => unknown
    const output = await handler(valid.data, client)
    return checkOutput ? methods[method].output.parse(output) : output
  }

  return async (method, input, client) => {
    try {
      return { ok: true, output: await answer(method, input, client) }
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code !== 'internal') return { ok: false, error: error.toData() }
      const log = onInternal(error)
      // Its message may hold a path or a piece of a text: it belongs into the log.
      if (log === null) return { ok: false, error: { code: 'internal.notLogged', params: {} } }
      return { ok: false, error: { code: 'internal', params: { log } } }
    }
  }
}

/** A request as it came in, answered; null for what is not a request at all. */
export async function answerRequest(dispatch: Dispatch, message: unknown, client: Client): Promise<WireAnswer | null> {
  if (typeof message !== 'object' || message === null) return null
  const { id, method, input } = message as { id?: unknown; method?: unknown; input?: unknown }
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) return null
  return { id, ...(await dispatch(typeof method === 'string' ? method : '', input, client)) }
}
