import type { RunState } from './records/runs'

/** States in which a process works on the run or is about to. */
export const activeStates: readonly RunState[] = ['queued', 'running']

export const isActive = ({ state }: { readonly state: RunState }): boolean => activeStates.includes(state)
