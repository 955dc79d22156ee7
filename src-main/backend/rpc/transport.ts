import type { AppEvent } from '../../../src-preload/contract/events'
import type { Dispatch } from './dispatch'

/** What a transport carries: requests one way, answers and events the other. */
export interface Port {
  readonly dispatch: Dispatch
  /** Returns the function that ends the subscription. */
  readonly subscribe: (listener: (event: AppEvent) => void) => () => void
}
