import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** A program that answers questions, one JSON line each over stdin and stdout. */
export interface Program {
  /** @returns null when it has ended instead; the reason is on stderr */
  readonly ask: (question: object) => Promise<unknown>
  readonly close: () => Promise<void>
}

export function startProgram(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Program {
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env })
  const ended = once(child, 'exit')
  // One that dies is noticed by its missing answer.
  child.stdin.on('error', () => undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`)
      const line = await lines.next()
      return line.done === true ? null : (JSON.parse(line.value) as unknown)
    },
    close: async () => {
      child.stdin.end()
      await ended
    },
  }
}

/** Set by resources/dev/bench.mjs. */
export function required(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: start this through npm run bench:…`)
  return value
}

/** Of this program alone: getrusage may still hold the peak of the process that started it. */
export function peakBytes(): number {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}

export const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN
