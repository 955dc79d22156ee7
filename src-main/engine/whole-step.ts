import * as tf from '@tensorflow/tfjs'
import type { BatchTensors } from './micro-batches'
import { backward, runStep, squaredNormOf, update } from './step'
import type { StepContext, StepResult, Update } from './step-parts'

/** A step on tensors, of which one part is the whole batch: for engines that compute it, or record it, in one go. */
export function wholeStep(
  context: StepContext,
  { state, batch, optimize }: Pick<Update, 'state' | 'optimize'> & { readonly batch: BatchTensors },
): StepResult {
  return runStep({
    backward: () => {
      const weights = state.map((each) => each.weights)
      return [backward(context, weights, batch)]
    },
    add: (values: readonly tf.Tensor1D[]) => tf.addN([...values]),
    update: (sums) => update(context, { state, sums, squaredNorm: squaredNormOf(sums, context.ops), optimize }),
  })
}
