import type { RunConfig } from '../../src-preload/contract/records/run-config'

interface Mode {
  readonly config: Pick<RunConfig, 'compile' | 'precision'>
  /**
   * The same step op by op: kernels of @tensorflow/tfjs-node, which call the same library through our binding. It has our
   * written-out gradients and flat optimizer; what TensorFlow.js itself makes of a GPT is a side of its own (tfjs-gpt.ts).
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
