import type { RunConfig } from '../../src-preload/contract/records'

interface Mode {
  readonly config: Pick<RunConfig, 'compile' | 'precision'>
  /**
   * TensorFlow.js's own way, op by op: the kernels of @tensorflow/tfjs-node, which call the same library through our
   * binding (its own add-on only loads libtensorflow 2.9).
   */
  readonly opByOp: boolean
}

/** How our step can be run; the fastest of the recorded ones is what `auto` should find. */
export const ourModes = {
  'xla float32': { config: { compile: 'xla', precision: 'float32' }, opByOp: false },
  'graph float32': { config: { compile: 'graph', precision: 'float32' }, opByOp: false },
  'xla bfloat16': { config: { compile: 'xla', precision: 'bfloat16' }, opByOp: false },
  'graph bfloat16': { config: { compile: 'graph', precision: 'bfloat16' }, opByOp: false },
  'op by op': { config: { compile: 'graph', precision: 'float32' }, opByOp: true },
} as const satisfies Record<string, Mode>

export type OurMode = keyof typeof ourModes
