import type * as tf from '@tensorflow/tfjs'
import { optimizeWith } from '../../optim/optimizer'
import { unpackRates } from '../../optim/rates'
import { backward, runStep, update } from '../../step'
import type { StepSums } from '../../step-parts'
import { typeAttr } from './attributes'
import type { Output } from './c-api'
import { dtypes } from './dtypes'
import { record, withIds } from './record'
import type { GraphRecorder } from './recorder'
import {
  contextOf,
  inOrder,
  outputOf,
  ratesArgument,
  recordPart,
  stateArguments,
  stepArguments,
  updated,
  valuesOf,
  type RecordedFunction,
  type StepRecording,
} from './step-recording'

/** More than any mask has: the counters of one shard begin behind those of the one before it. */
const numbersPerMask = 2 ** 40

/**
 * A step as a plain graph that calls what XLA compiles: the gradients of the batch's shards, which run at the same time, and
 * then the update by their sum. The gradients are calls of one program. In between TensorFlow adds up squares, which
 * takes XLA three times as long. Arguments and output are those of a whole step.
 */
export function recordStagedStep(recording: StepRecording, shards: number): RecordedFunction {
  const { backend, spec, layout, mode } = recording
  const gradient = recordGradient(recording, shards)
  const updating = recordUpdate(recording)
  return record(backend, `staged_step_${mode.precision}`, (recorder) => {
    const { batch, rates, key, state } = stepArguments(recorder, spec, layout)
    const metrics = runStep<Output, Output[]>({
      backward: () => {
        const parts = batch.map((tokens) => shardsOfTokens(recorder, tokens, recording, shards))
        return Array.from({ length: shards }, (_, shard) => {
          const offset = recorder.numbers(dtypes.uint64, [shard * numbersPerMask, 0])
          const tokens = parts.map((part) => part[shard] as Output)
          const outputs = [1, 1, ...layout.vectors].map(() => dtypes.float32)
          return sumsIn(recorder.callCompiled(gradient.name, [...tokens, key, offset, ...state.weights], outputs))
        })
      },
      add: (values) => sumOf(recorder, values),
      update: ({ lossSum, count, gradSums }) => {
        const halves = gradSums.map((each) => recorder.single('L2Loss', float32, [each]))
        const sums = [lossSum, count, ...gradSums, sumOf(recorder, halves)]
        return recorder.callCompiled(updating.name, [...sums, rates, ...inOrder(state)], [dtypes.float32])
      },
    })
    recorder.register(metrics, { compileWithXla: false })
    return { name: recorder.name, called: [gradient, updating].flatMap(({ name, called }) => [name, ...called]) }
  })
}

/** In the order of a program's arguments and results. */
const sumsIn = <T>(values: readonly T[]): StepSums<T> => {
  const [lossSum, count, ...gradSums] = values as readonly [T, T, ...T[]]
  return { lossSum, count, gradSums }
}

const float32 = [typeAttr('T', dtypes.float32)]

const sumOf = (recorder: GraphRecorder, values: readonly Output[]): Output =>
  values.length === 1 ? (values[0] as Output) : recorder.single('AddN', float32, values)

/** The rows of each shard, int32 [B / shards, T]: of every micro-batch an equal part, in the order of the micro-batches. */
function shardsOfTokens(
  recorder: GraphRecorder,
  tokens: Output,
  { spec: { batchSize, accumulation, blockSize } }: StepRecording,
  shards: number,
): Output[] {
  if (shards === 1) return [tokens]
  const rows = batchSize / accumulation / shards
  const int32 = typeAttr('T', dtypes.int32)
  const reshaped = (value: Output, shape: readonly number[]): Output =>
    recorder.single(
      'Reshape',
      [int32, typeAttr('Tshape', dtypes.int32)],
      [value, recorder.numbers(dtypes.int32, shape)],
    )
  const inMicroBatches = reshaped(tokens, [accumulation, shards * rows, blockSize])
  return Array.from({ length: shards }, (_, shard) => {
    const range = [
      [0, shard * rows, 0],
      [accumulation, rows, blockSize],
    ].map((numbers) => recorder.numbers(dtypes.int32, numbers))
    const part = recorder.single('Slice', [int32, typeAttr('Index', dtypes.int32)], [inMicroBatches, ...range])
    return reshaped(part, [accumulation * rows, blockSize])
  })
}

/**
 * Inputs: x, y, dropout key, offset of the masks (uint64 [2]), variables of the weights. Outputs: sum of the loss, count of
 * tokens, and the gradient of that sum for each vector of the layout.
 */
function recordGradient(recording: StepRecording, shards: number): RecordedFunction {
  const { backend, spec, layout } = recording
  return recordPart(recording, 'training_gradient', (recorder) => {
    const tokens = (): Output => recorder.placeholder(dtypes.int32, [spec.batchSize / shards, spec.blockSize])
    const batch = [tokens(), tokens()]
    const masks = [1, 2].map((size) => recorder.placeholder(dtypes.uint64, [size]))
    const variables = layout.vectors.map(() => recorder.placeholder(dtypes.resource, []))
    return withIds(backend, masks, (key = -1, offset = -1) => {
      const [x, y] = batch.map((each) => backend.tensorOf(each)) as [tf.Tensor2D, tf.Tensor2D]
      const weights = valuesOf(recording, recorder, variables)
      const { lossSum, count, gradSums } = backward(contextOf(recording, { key, offset }), weights, { x, y })
      return [lossSum, count, ...gradSums].map((value) => outputOf(backend, value))
    })
  })
}

/**
 * Inputs: sums over the shards of the loss, the count of tokens and the gradient of each vector, half of the sum of the
 * squares of those, rates, variables. Output: float32 [2].
 */
function recordUpdate(recording: StepRecording): RecordedFunction {
  const { backend, layout } = recording
  return recordPart(recording, 'training_update', (recorder) => {
    const given = (shape: readonly number[]): tf.Tensor => backend.tensorOf(recorder.placeholder(dtypes.float32, shape))
    const sums = sumsIn(
      [[1], [1], ...layout.vectors.map(({ size }) => [size])].map((shape) => given(shape) as tf.Tensor1D),
    )
    const squaredNorm = (given([]) as tf.Scalar).mul<tf.Scalar>(2)
    const optimize = optimizeWith(unpackRates(backend.tensorOf(ratesArgument(recorder)) as tf.Tensor1D))
    const variables = stateArguments(recorder, layout)
    const context = contextOf(recording, null)
    return [updated(recording, recorder, variables, (state) => update(context, { state, sums, squaredNorm, optimize }))]
  })
}
