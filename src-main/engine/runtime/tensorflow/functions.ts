import * as tf from '@tensorflow/tfjs'
import { shardsOf } from '../../../plan/execution'
import { optimizeWith } from '../../optim/optimizer'
import { unpackRates } from '../../optim/rates'
import { score } from '../../score'
import type { StepMode, StepSpec } from '../../train-step'
import { wholeStep } from '../../whole-step'
import type { WeightLayout } from '../../layout'
import type { TensorFlowBackend } from './backend'
import type { Output } from './c-api'
import { dtypes } from './dtypes'
import { tensorFlowOps } from './ops'
import { record, withIds } from './record'
import { recordStagedStep } from './staged-step'
import {
  contextOf,
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
 * Inputs: x, y, rates, dropout key (uint64 [1]), variables (`inOrder`). Output: float32 [2].
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
  const { backend, spec, layout } = recording
  return recordPart(recording, 'training_step', (recorder) => {
    const { batch, rates, key, state: variables } = stepArguments(recorder, spec, layout)
    const [x, y] = batch.map((tokens) => backend.tensorOf(tokens)) as [tf.Tensor2D, tf.Tensor2D]
    const optimize = optimizeWith(unpackRates(backend.tensorOf(rates) as tf.Tensor1D))
    const metrics = withIds(backend, [key], (key = -1) =>
      updated(recording, recorder, variables, (state) =>
        wholeStep(contextOf(recording, { key }), { state, batch: { x, y }, optimize }),
      ),
    )
    return [metrics]
  })
}

/** Inputs: x, y, variables of the weights. Output: float32 [2, B * T] (`score`). */
export function recordEvaluation(backend: TensorFlowBackend, spec: StepSpec, layout: WeightLayout): RecordedFunction {
  return record(backend, 'evaluation', (recorder) => {
    const tokens = (): Output => recorder.placeholder(dtypes.int32, [spec.batchSize, spec.blockSize])
    const batch = [tokens(), tokens()]
    const variables = layout.vectors.map(() => recorder.placeholder(dtypes.resource, []))
    tf.tidy(() => {
      const context = { spec, layout, ops: tensorFlowOps(backend, null, 'graph') }
      const [x, y] = batch.map((each) => backend.tensorOf(each)) as [tf.Tensor2D, tf.Tensor2D]
      const scores = score(context, valuesOf({ backend, layout }, recorder, variables), { x, y })
      recorder.register([outputOf(backend, scores)], { compileWithXla: false })
    })
    return { name: recorder.name, called: recorder.called }
  })
}
