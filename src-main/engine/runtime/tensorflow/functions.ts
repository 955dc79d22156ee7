import * as tf from '@tensorflow/tfjs'
import { shardsOf } from '../../../plan/shards'
import type { WeightLayout } from '../layout'
import { evaluationStep, trainingStep, type StepMode, type StepSpec } from '../step'
import type { TensorFlowBackend } from './backend'
import { dtypes } from './dtypes'
import { tensorFlowOps } from './ops'
import { record, withIds } from './record'
import { recordStagedStep } from './staged-step'
import {
  outputOf,
  recordPart,
  stepArguments,
  updated,
  valuesOf,
  type RecordedFunction,
  type StepRecording,
} from './step-recording'

/**
 * The training step as a function of the context, plain or compiled with XLA at its first call.
 * Inputs: x, y, scalars, dropout key (uint64 [1]), variables (`inOrder`). Output: float32 [2].
 */
export function recordTrainingStep(
  backend: TensorFlowBackend,
  spec: StepSpec,
  layout: WeightLayout,
  mode: StepMode,
): RecordedFunction {
  const recording = { backend, spec, layout, mode }
  // A graphics card computes one thing after the other, each with all that it has.
  const isStaged = mode.tier === 'xla' && !backend.context.hasGpu()
  return isStaged ? recordStagedStep(recording, shardsOf(spec, layout.size)) : recordWholeStep(recording)
}

function recordWholeStep(recording: StepRecording): RecordedFunction {
  const { backend, spec, layout, mode } = recording
  return recordPart(recording, 'training_step', (recorder) => {
    const { batch, scalars, key, state } = stepArguments(recorder, spec, layout)
    const metrics = withIds(backend, [key], (key = -1) =>
      updated(recording, recorder, state, (old) => {
        const [x, y] = batch.map((tokens) => backend.tensorOf(tokens)) as [tf.Tensor2D, tf.Tensor2D]
        const ops = tensorFlowOps(backend, { key }, mode.tier)
        return trainingStep(spec, layout, ops, old, x, y, backend.tensorOf(scalars) as tf.Tensor1D)
      }),
    )
    return [metrics]
  })
}

/** Inputs: x, y, mask (float32 [B * T]), variables of the weights. Output: float32 [2]. */
export function recordEvaluation(backend: TensorFlowBackend, spec: StepSpec, layout: WeightLayout): RecordedFunction {
  return record(backend, 'evaluation', (recorder) => {
    const batch = [spec.batchSize, spec.blockSize]
    const xInput = recorder.placeholder(dtypes.int32, batch)
    const yInput = recorder.placeholder(dtypes.int32, batch)
    const maskInput = recorder.placeholder(dtypes.float32, [spec.batchSize * spec.blockSize])
    const variables = layout.vectors.map(() => recorder.placeholder(dtypes.resource, []))
    tf.tidy(() => {
      const scores = evaluationStep(
        spec,
        layout,
        tensorFlowOps(backend, null, 'graph'),
        valuesOf({ backend, layout }, recorder, variables),
        backend.tensorOf(xInput) as tf.Tensor2D,
        backend.tensorOf(yInput) as tf.Tensor2D,
        backend.tensorOf(maskInput) as tf.Tensor1D,
      )
      recorder.register([outputOf(backend, scores)], { compileWithXla: false })
    })
    return { name: recorder.name, called: recorder.called }
  })
}
