import { type AppEvent } from '../../../src-preload/contract/events'
import type { Input, Method, Output } from '../../../src-preload/contract/methods'
import { methods } from '../../../src-preload/contract/methods'
import type { Bridge, Result } from '../../../src-preload/contract/wire'

type Handlers = { [M in Method]?: (input: Input<M>) => Output<M> | Promise<Output<M>> }

/**
 * The other end of the window's bridge, for tests of stores and components. Inputs and outputs pass the contract's
 * schemas, so a test cannot agree with itself on something that the backend would refuse.
 */
export function installBridge(handlers: Handlers): { emit: (event: AppEvent) => void; calls: string[] } {
  const listeners = new Set<(event: AppEvent) => void>()
  const calls: string[] = []
  const bridge: Bridge = {
    async request(method, input): Promise<Result> {
      calls.push(method)
      const parsed = methods[method].input.safeParse(input)
      const handler = handlers[method] as ((input: unknown) => unknown) | undefined
      if (!parsed.success || !handler) return { ok: false, error: { code: 'input.invalid', params: { method } } }
      return { ok: true, output: methods[method].output.parse(await handler(parsed.data)) }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    pathOf: (file) => `/texts/${file.name}`,
    pickTexts: () => Promise.resolve([]),
    onCommand: () => () => undefined,
    languages: ['en'],
    platform: 'linux',
  }
  Object.defineProperty(window, 'homegrown', { value: bridge, configurable: true })
  return {
    calls,
    emit: (event) => {
      for (const listener of listeners) listener(event)
    },
  }
}
