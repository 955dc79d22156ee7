import type { RunConfig } from '../../src-preload/contract/records'

interface Mode {
  readonly config: Pick<RunConfig, 'compile'>
  /**
   * TensorFlow.js's own way, op by op: the kernels of @tensorflow/tfjs-node, which call the same library through our
   * binding (its own add-on only loads libtensorflow 2.9).
   */
  readonly opByOp: boolean
}

/** How our step can be run; the fastest of the recorded ones is what `auto` should find. */
export const ourModes = {
  xla: { config: { compile: 'xla' }, opByOp: false },
  graph: { config: { compile: 'graph' }, opByOp: false },
  'op by op': { config: { compile: 'graph' }, opByOp: true },
} as const satisfies Record<string, Mode>

export type OurMode = keyof typeof ourModes
