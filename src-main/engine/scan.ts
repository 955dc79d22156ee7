import * as tf from '@tensorflow/tfjs'
import type { EngineOps } from './ops'

/** A loop in the form of jax.lax.scan: everything that a step uses is handed to it. */
export interface Scan {
  readonly length: number
  /** Last step first; the outputs keep the order of the inputs. */
  readonly reverse: boolean
  /** What a step leaves to the next one, as it is before the first. */
  readonly carry: readonly tf.Tensor2D[]
  /** Split evenly along their first axis, one part a step: `[length · N, ...]`. */
  readonly inputs: readonly tf.Tensor2D[]
  /** The same at every step. */
  readonly constants: readonly tf.Tensor2D[]
  /**
   * Must not use tensors of outside, nor read values on the host.
   * @param ops drop by other masks at each step; a loop inside of a loop cannot drop
   */
  readonly step: (
    carry: readonly tf.Tensor2D[],
    inputs: readonly tf.Tensor2D[],
    constants: readonly tf.Tensor2D[],
    ops: EngineOps,
  ) => ScanStep
}

export interface ScanStep {
  readonly carry: readonly tf.Tensor2D[]
  /** Concatenated along the first axis over all steps. */
  readonly outputs: readonly tf.Tensor2D[]
}

export interface ScanResult {
  /** After the last step. */
  readonly carry: tf.Tensor2D[]
  /** `[length · N, ...]` each */
  readonly outputs: tf.Tensor2D[]
}

/** Dropout sites of a model are fewer: those of a loop's step i begin at i times this. */
export const sitesPerStep = 65_536

/** The loop step after step; what a step made is freed before the next one. @param opsAt the ops of step i */
export function unrolledScan(
  { length, reverse, carry, inputs, constants, step }: Scan,
  opsAt: (index: number) => EngineOps,
): ScanResult {
  const parts = inputs.map((input) => tf.split(input, length, 0))
  const outputs: tf.Tensor2D[][] = []
  const kept = new Set<tf.Tensor>(carry)
  let current = carry
  for (let i = 0; i < length; i++) {
    const at = reverse ? length - 1 - i : i
    const before = current
    const [next, made] = tf.tidy(() => {
      const done = step(
        before,
        parts.map((part) => part[at] as tf.Tensor2D),
        constants,
        opsAt(at),
      )
      return [[...done.carry], [...done.outputs]] as [tf.Tensor2D[], tf.Tensor2D[]]
    })
    for (const tensor of made) kept.add(tensor)
    for (const tensor of before) if (!kept.has(tensor) && !next.includes(tensor)) tensor.dispose()
    current = next
    outputs.push(made)
  }
  if (reverse) outputs.reverse()
  const [first = []] = outputs
  return {
    carry: [...current],
    outputs: first.map((_, output) =>
      tf.concat2d(
        outputs.map((made) => made[output] as tf.Tensor2D),
        0,
      ),
    ),
  }
}
