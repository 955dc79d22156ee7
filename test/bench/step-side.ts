import { startProgram } from './program'

/**
 * A process that does training steps when asked, in JSON lines over stdin and stdout: the first question names the model
 * and is answered with `SideStart`, every later one is `{budgetMs}` and answered with `SideSteps`. One process a mode, so
 * that its peak memory is its own.
 */
export interface Side {
  readonly mode: string
  readonly start: SideStart
  /** Steps until the budget is used up, at least two. */
  steps(budgetMs: number): Promise<SideSteps>
  close(): Promise<void>
}

export interface SideStart {
  readonly version: string
  /** From weights in place to the end of the first step: compiling included. */
  readonly firstStepMs: number
  /** Ours and TensorFlow.js's begin with the same weights and batch; PyTorch with its own. */
  readonly firstLossNats?: number
}

export interface SideSteps {
  readonly stepMs: readonly number[]
  /** Processor time a step, of all threads: steadier than the clock where others compute too. */
  readonly cpuMs: number
  readonly peakBytes: number
  /** Ops and functions executed a step; null where nobody counts. */
  readonly nativeCalls: number | null
}

/** @returns null when the mode cannot be had here; the reason is on stderr */
export async function openSide(
  mode: string,
  command: readonly string[],
  question: object,
  env: NodeJS.ProcessEnv,
): Promise<Side | null> {
  const { ask, close } = startProgram(command, env)
  const start = (await ask({ ...question, mode })) as SideStart | null
  if (start === null) {
    console.log(`  ${mode}: cannot be had here, see the error above`)
    return null
  }
  return {
    mode,
    start,
    steps: async (budgetMs) => {
      const steps = (await ask({ budgetMs })) as SideSteps | null
      if (steps === null) throw new Error(`${mode} ended early`)
      return steps
    },
    close,
  }
}
