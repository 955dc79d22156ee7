import type * as tf from '@tensorflow/tfjs'
import { lossAndGradient, updateStep } from '../step'
import { typeAttr } from './attributes'
import type { Output } from './c-api'
import { dtypes } from './dtypes'
import { tensorFlowOps } from './ops'
import { record, withIds } from './record'
import type { GraphRecorder } from './recorder'
import {
  outputOf,
  recordPart,
  scalarsArgument,
  stateArguments,
  stepArguments,
  updated,
  valuesOf,
  inOrder,
  type RecordedFunction,
  type StepRecording,
} from './step-recording'

/** More than any mask has: the counters of one shard begin behind those of the one before it. */
const numbersPerMask = 2 ** 40

/**
 * A step as a plain graph that calls what XLA compiles: the gradients of the batch's shards, which run at the same time, and
 * then the update by their mean. The gradients are calls of one program. In between TensorFlow adds up squares, which
 * takes XLA three times as long. Arguments and output are those of a whole step.
 */
export function recordStagedStep(recording: StepRecording, shards: number): RecordedFunction {
  const { backend, spec, layout, mode } = recording
  const gradient = recordGradient(recording, shards)
  const update = recordUpdate(recording, shards)
  return record(backend, `staged_step_${mode.precision}`, (recorder) => {
    const { batch, scalars, key, state } = stepArguments(recorder, spec, layout)
    const parts = batch.map((tokens) => shardsOfTokens(recorder, tokens, recording, shards))
    const results = Array.from({ length: shards }, (_, shard) => {
      const offset = recorder.numbers(dtypes.uint64, [shard * numbersPerMask, 0])
      const tokens = parts.map((part) => part[shard] as Output)
      const outputs = [null, ...layout.vectors].map(() => dtypes.float32)
      return recorder.callCompiled(gradient.name, [...tokens, key, offset, ...state.weights], outputs)
    })
    const [loss, ...gradients] = [null, ...layout.vectors].map((_, i) =>
      sumOf(
        recorder,
        results.map((result) => result[i] as Output),
      ),
    )
    const halves = gradients.map((each) => recorder.single('L2Loss', float32, [each]))
    const sums = [loss as Output, ...gradients, sumOf(recorder, halves)]
    const metrics = recorder.callCompiled(update.name, [...sums, scalars, ...inOrder(state)], [dtypes.float32])
    recorder.register(metrics, { compileWithXla: false })
    return { name: recorder.name, called: [gradient, update].flatMap(({ name, called }) => [name, ...called]) }
  })
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
 * Inputs: x, y, dropout key, offset of the masks (uint64 [2]), variables of the weights. Outputs: loss, and its gradient
 * for each vector of the layout.
 */
function recordGradient(recording: StepRecording, shards: number): RecordedFunction {
  const { backend, spec, layout, mode } = recording
  return recordPart(recording, 'training_gradient', (recorder) => {
    const tokens = (): Output => recorder.placeholder(dtypes.int32, [spec.batchSize / shards, spec.blockSize])
    const batch = [tokens(), tokens()]
    const masks = [1, 2].map((size) => recorder.placeholder(dtypes.uint64, [size]))
    const variables = layout.vectors.map(() => recorder.placeholder(dtypes.resource, []))
    return withIds(backend, masks, (key = -1, offset = -1) => {
      const ops = tensorFlowOps(backend, { key, offset }, mode.tier)
      const [x, y] = batch.map((each) => backend.tensorOf(each)) as [tf.Tensor2D, tf.Tensor2D]
      const weights = valuesOf(recording, recorder, variables)
      const { loss, gradients } = lossAndGradient(spec, layout, ops, weights, x, y)
      return [loss, ...gradients].map((value) => outputOf(backend, value))
    })
  })
}

/**
 * Inputs: sums over the shards of the loss and of the gradient of each vector, half of the sum of the squares of those,
 * scalars, variables. Output: float32 [2].
 */
function recordUpdate(recording: StepRecording, shards: number): RecordedFunction {
  const { backend, spec, layout, mode } = recording
  return recordPart(recording, 'training_update', (recorder) => {
    const shapes = [[], ...layout.vectors.map(({ size }) => [size]), []]
    const sums = shapes.map((shape) => backend.tensorOf(recorder.placeholder(dtypes.float32, shape)))
    const scalars = backend.tensorOf(scalarsArgument(recorder)) as tf.Tensor1D
    const state = stateArguments(recorder, layout)
    const [loss, ...gradients] = sums.slice(0, -1).map((sum) => (shards === 1 ? sum : sum.mul(1 / shards)))
    const mean = { loss: loss as tf.Scalar, gradients: gradients as tf.Tensor1D[] }
    const squaredNorm = (sums.at(-1) as tf.Scalar).mul<tf.Scalar>(2 / shards ** 2)
    const ops = tensorFlowOps(backend, null, mode.tier)
    return [
      updated(recording, recorder, state, (old) => updateStep(spec, layout, ops, old, mean, squaredNorm, scalars)),
    ]
  })
}
