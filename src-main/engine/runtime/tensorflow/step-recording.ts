import * as tf from '@tensorflow/tfjs'
import type { AdamWState } from '../../optim/adamw'
import { rateCount } from '../../optim/rates'
import type { StepContext, StepResult } from '../../step-parts'
import type { StepMode, StepSpec } from '../../train-step'
import type { WeightLayout } from '../../layout'
import type { TensorFlowBackend } from './backend'
import type { Output } from './c-api'
import type { Masks } from './dropout-mask'
import { dtypes } from './dtypes'
import { bfloat16MatMul } from './mixed-precision'
import { tensorFlowOps } from './ops'
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

/** @param masks null: dropout is off */
export const contextOf = ({ backend, spec, layout, mode }: StepRecording, masks: Masks | null): StepContext => ({
  spec,
  layout,
  ops: tensorFlowOps(backend, masks, mode.tier),
})

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
  readonly rates: Output
  /** uint64 [1]: of dropout */
  readonly key: Output
  readonly state: StateOf<Output>
}

export function stepArguments(
  recorder: GraphRecorder,
  { batchSize, blockSize }: StepSpec,
  layout: WeightLayout,
): StepArguments {
  const tokens = (): Output => recorder.placeholder(dtypes.int32, [batchSize, blockSize])
  return {
    batch: [tokens(), tokens()],
    rates: ratesArgument(recorder),
    key: recorder.placeholder(dtypes.uint64, [1]),
    state: stateArguments(recorder, layout),
  }
}

/** float32 [5] from `packRates` */
export const ratesArgument = (recorder: GraphRecorder): Output => recorder.placeholder(dtypes.float32, [rateCount])

/** What a state is made of, of each kind one for each vector of the layout. */
export interface StateOf<T> {
  readonly weights: readonly T[]
  readonly expAvg: readonly T[]
  readonly expAvgSq: readonly T[]
}

/** Its variables. */
export function stateArguments(recorder: GraphRecorder, { vectors }: WeightLayout): StateOf<Output> {
  const variables = (): Output[] => vectors.map(() => recorder.placeholder(dtypes.resource, []))
  return { weights: variables(), expAvg: variables(), expAvgSq: variables() }
}

/** In the order of the arguments. */
export const inOrder = <T>({ weights, expAvg, expAvgSq }: StateOf<T>): T[] => [...weights, ...expAvg, ...expAvgSq]

/** What variables hold, one for each vector of the layout. */
export function valuesOf(
  { backend, layout }: Pick<StepRecording, 'backend' | 'layout'>,
  recorder: GraphRecorder,
  variables: readonly Output[],
): tf.Tensor1D[] {
  return layout.vectors.map(({ size }, i) => {
    const value = recorder.readVariable(variables[i] as Output, [size])
    return backend.tensorOf(value) as tf.Tensor1D
  })
}

export const outputOf = (backend: TensorFlowBackend, tensor: tf.Tensor): Output =>
  backend.binding.outputOf(backend.idOf(tensor))

/** @returns the metrics, once the variables have what `update` makes of what they had */
export function updated(
  recording: StepRecording,
  recorder: GraphRecorder,
  variables: StateOf<Output>,
  update: (state: readonly AdamWState[]) => StepResult,
): Output {
  const { backend, layout } = recording
  const [weights, expAvg, expAvgSq] = [variables.weights, variables.expAvg, variables.expAvgSq].map((some) =>
    valuesOf(recording, recorder, some),
  ) as [tf.Tensor1D[], tf.Tensor1D[], tf.Tensor1D[]]
  const { state, metrics } = update(
    layout.vectors.map((_, i) => ({ weights: weights[i], expAvg: expAvg[i], expAvgSq: expAvgSq[i] }) as AdamWState),
  )
  const values = inOrder({
    weights: state.map((each) => each.weights),
    expAvg: state.map((each) => each.expAvg),
    expAvgSq: state.map((each) => each.expAvgSq),
  })
  const assigned = inOrder(variables).map((variable, i) =>
    recorder.assignVariable(variable, outputOf(backend, values[i] as tf.Tensor1D)),
  )
  return recorder.identityAfter(outputOf(backend, metrics), assigned)
}
