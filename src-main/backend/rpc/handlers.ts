import type { z } from 'zod'
import type { Method, Methods, Output } from '../../../src-preload/contract/methods'

/** Who asks. A browser tab may not name files of this computer: any page that got in could read them. */
export type Client = 'window' | 'browser' | 'program'

/** Input as the contract gives it after validation. */
export type Valid<M extends Method> = z.output<Methods[M]['input']>

export type Handlers<M extends Method = Method> = {
  readonly [K in M]: (input: Valid<K>, client: Client) => Output<K> | Promise<Output<K>>
}

/** The methods of one domain: those whose name begins with it. */
export type DomainHandlers<D extends string> = Handlers<Extract<Method, `${D}.${string}`>>
