import { exitCodes } from './exit-codes'
import { watchReader } from './output'

/** Why a command should end early: a signal, or nobody reads any more what it writes. */
export type Interruption = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'readerGone'

type Listener = (why: Interruption) => void

const codes: Readonly<Record<Interruption, number>> = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hangUp,
  readerGone: exitCodes.readerGone,
}
const listeners: Listener[] = []
let first: Interruption | null = null

/** Of what came first: a terminal that is closed sends a signal, and then cannot be written to. */
export const interruptedCode = (): number => codes[first ?? 'SIGINT']

/** The innermost listener hears of it; where there is none the program ends at once. Returns what takes it off. */
export function onInterrupt(listener: Listener): () => void {
  listeners.push(listener)
  return () => {
    const at = listeners.indexOf(listener)
    if (at >= 0) listeners.splice(at, 1)
  }
}

export function watchInterruptions(): void {
  const interrupt = (why: Interruption): void => {
    first ??= why
    const listener = listeners.at(-1)
    if (listener === undefined) process.exit(interruptedCode())
    listener(why)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
  watchReader(() => {
    interrupt('readerGone')
  })
}
