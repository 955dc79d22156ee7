import * as tf from '@tensorflow/tfjs'

/** A loop over time in the form of jax.lax.scan: everything that a step uses is handed to it. */
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
  /** Must not use tensors of outside, nor read values on the host. */
  readonly step: (
    carry: readonly tf.Tensor2D[],
    inputs: readonly tf.Tensor2D[],
    constants: readonly tf.Tensor2D[],
  ) => ScanStep
}

export interface ScanStep {
  readonly carry: readonly tf.Tensor2D[]
  /** Concatenated along the first axis over all steps. */
  readonly outputs: readonly tf.Tensor2D[]
}

/** The loop step after step. @returns outputs, `[length · N, ...]` each */
export function unrolledScan({ length, reverse, carry, inputs, constants, step }: Scan): tf.Tensor2D[] {
  const parts = inputs.map((input) => tf.split<tf.Tensor2D>(input, length, 0))
  const steps: (readonly tf.Tensor2D[])[] = []
  let current = carry
  for (let i = 0; i < length; i++) {
    const at = reverse ? length - 1 - i : i
    const done = step(
      current,
      parts.map((part) => part[at] as tf.Tensor2D),
      constants,
    )
    current = done.carry
    steps.push(done.outputs)
  }
  if (reverse) steps.reverse()
  const [first = []] = steps
  return first.map((_, output) =>
    tf.concat2d(
      steps.map((outputs) => outputs[output] as tf.Tensor2D),
      0,
    ),
  )
}
