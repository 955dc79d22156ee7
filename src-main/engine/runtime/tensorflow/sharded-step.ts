import * as tf from '@tensorflow/tfjs'
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
  type RecordedFunction,
  type StepRecording,
} from './step-recording'

/** More than any mask has: the counters of one shard begin behind those of the one before it. */
const numbersPerMask = 2 ** 40

/**
 * A step as a plain graph that calls what XLA compiles: the gradients of the batch's shards, which run at the same time, and
 * then the update by their mean. The gradients are calls of one program. Arguments and output are those of a whole step.
 */
export function recordShardedStep(recording: StepRecording, shards: number): RecordedFunction {
  const { backend, spec, mode } = recording
  const gradient = recordGradient(recording, shards)
  const update = recordUpdate(recording, shards)
  return record(backend, `sharded_step_${mode.precision}`, (recorder) => {
    const { batch, scalars, key, state } = stepArguments(recorder, spec)
    const [weights] = state as [Output]
    const parts = batch.map((tokens) => shardsOfTokens(recorder, tokens, recording, shards))
    const results = Array.from({ length: shards }, (_, shard) => {
      const offset = recorder.numbers(dtypes.uint64, [shard * numbersPerMask, 0])
      const tokens = parts.map((part) => part[shard] as Output)
      return recorder.callCompiled(gradient.name, [...tokens, key, offset, weights], [dtypes.float32, dtypes.float32])
    })
    const metrics = recorder.callCompiled(update.name, [...results.flat(), scalars, ...state], [dtypes.float32])
    recorder.register(metrics, { compileWithXla: false })
    return { name: recorder.name, called: [gradient, update].flatMap(({ name, called }) => [name, ...called]) }
  })
}

/** The rows of each shard, int32 [B / shards, T]: of every micro-batch an equal part, in the order of the micro-batches. */
function shardsOfTokens(
  recorder: GraphRecorder,
  tokens: Output,
  { spec: { batchSize, accumulation, blockSize } }: StepRecording,
  shards: number,
): Output[] {
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

/** Inputs: x, y, dropout key, offset of the masks (uint64 [2]), variable weights. Outputs: loss, gradient [P]. */
function recordGradient(recording: StepRecording, shards: number): RecordedFunction {
  const { backend, spec, layout, mode } = recording
  return recordPart(recording, 'training_gradient', (recorder) => {
    const tokens = (): Output => recorder.placeholder(dtypes.int32, [spec.batchSize / shards, spec.blockSize])
    const batch = [tokens(), tokens()]
    const masks = [1, 2].map((size) => recorder.placeholder(dtypes.uint64, [size]))
    const variable = recorder.placeholder(dtypes.resource, [])
    return withIds(backend, masks, (key = -1, offset = -1) => {
      const ops = tensorFlowOps(backend, { key, offset }, mode.tier)
      const [x, y] = batch.map((each) => backend.tensorOf(each)) as [tf.Tensor2D, tf.Tensor2D]
      const weights = backend.tensorOf(recorder.readVariable(variable, [layout.size])) as tf.Tensor1D
      const { loss, gradient } = lossAndGradient(spec, layout, ops, weights, x, y)
      return [loss, gradient].map((value) => outputOf(backend, value))
    })
  })
}

/** Inputs: loss and gradient [P] of each shard, scalars, variables weights, expAvg, expAvgSq. Output: float32 [2]. */
function recordUpdate(recording: StepRecording, shards: number): RecordedFunction {
  const { backend, spec, layout, mode } = recording
  return recordPart(recording, 'training_update', (recorder) => {
    const results = Array.from({ length: shards }, () =>
      [[], [layout.size]].map((shape) => recorder.placeholder(dtypes.float32, shape)),
    )
    const scalars = scalarsArgument(recorder)
    const state = stateArguments(recorder)
    const [loss, gradient] = [0, 1].map((i) =>
      tf.addN(results.map((result) => backend.tensorOf(result[i] as Output))).mul(1 / shards),
    ) as [tf.Scalar, tf.Tensor1D]
    const ops = tensorFlowOps(backend, null, mode.tier)
    return [
      updated(recording, recorder, state, (old) =>
        updateStep(spec, layout, ops, old, { loss, gradient }, backend.tensorOf(scalars) as tf.Tensor1D),
      ),
    ]
  })
}
