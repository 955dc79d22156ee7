import * as tf from '@tensorflow/tfjs'
import type { AdamWState } from '../../optim/adamw'
import { optimizerScalarCount } from '../../optim/optimizer'
import type { WeightLayout } from '../layout'
import type { StepMode, StepResult, StepSpec } from '../step'
import type { TensorFlowBackend } from './backend'
import type { Output } from './c-api'
import { dtypes } from './dtypes'
import { bfloat16MatMul } from './mixed-precision'
import { record } from './record'
import type { GraphRecorder } from './recorder'

/** A function of the context, and those that it calls. */
export interface RecordedFunction {
  readonly name: string
  readonly called: readonly string[]
}

/** What a training step is recorded from. */
export interface StepRecording {
  readonly backend: TensorFlowBackend
  readonly spec: StepSpec
  readonly layout: WeightLayout
  readonly mode: StepMode
}

/** A function of the step, its products in the step's precision, compiled where the step is. @param body → its outputs */
export function recordPart(
  { backend, mode: { tier, precision } }: StepRecording,
  what: string,
  body: (recorder: GraphRecorder) => readonly Output[],
): RecordedFunction {
  const recordMatMul = precision === 'bfloat16' ? bfloat16MatMul(tier, backend.context.hasGpu()) : null
  const recordBody = (recorder: GraphRecorder): RecordedFunction => {
    tf.tidy(() => {
      recorder.register(body(recorder), { compileWithXla: tier === 'xla' })
    })
    return { name: recorder.name, called: recorder.called }
  }
  return record(backend, `${what}_${tier}_${precision}`, recordBody, recordMatMul)
}

/** Arguments of a whole step. */
export interface StepArguments {
  /** int32 [B, T] each */
  readonly batch: readonly [x: Output, y: Output]
  readonly scalars: Output
  /** uint64 [1]: of dropout */
  readonly key: Output
  readonly state: readonly Output[]
}

export function stepArguments(recorder: GraphRecorder, { batchSize, blockSize }: StepSpec): StepArguments {
  const tokens = (): Output => recorder.placeholder(dtypes.int32, [batchSize, blockSize])
  return {
    batch: [tokens(), tokens()],
    scalars: scalarsArgument(recorder),
    key: recorder.placeholder(dtypes.uint64, [1]),
    state: stateArguments(recorder),
  }
}

/** float32 [5] from `optimizerScalars` */
export const scalarsArgument = (recorder: GraphRecorder): Output =>
  recorder.placeholder(dtypes.float32, [optimizerScalarCount])

/** Variables: weights, expAvg, expAvgSq. */
export const stateArguments = (recorder: GraphRecorder): Output[] =>
  ['weights', 'expAvg', 'expAvgSq'].map(() => recorder.placeholder(dtypes.resource, []))

export const outputOf = (backend: TensorFlowBackend, tensor: tf.Tensor): Output =>
  backend.binding.outputOf(backend.idOf(tensor))

/** @returns the metrics, once the variables have what `update` makes of what they had */
export function updated(
  { backend, layout }: StepRecording,
  recorder: GraphRecorder,
  variables: readonly Output[],
  update: (state: AdamWState) => StepResult,
): Output {
  const [weights, expAvg, expAvgSq] = variables.map((variable) =>
    backend.tensorOf(recorder.readVariable(variable, [layout.size])),
  ) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]
  const { state, metrics } = update({ weights, expAvg, expAvgSq })
  const values = [state.weights, state.expAvg, state.expAvgSq].map((value) => outputOf(backend, value))
  const assigned = variables.map((variable, i) => recorder.assignVariable(variable, values[i] ?? variable))
  return recorder.identityAfter(outputOf(backend, metrics), assigned)
}
