import * as tf from '@tensorflow/tfjs'
import { optimizerScalarCount } from '../../optim/optimizer'
import type { WeightLayout } from '../layout'
import { evaluationStep, trainingStep, type StepMode, type StepSpec } from '../step'
import type { TensorFlowBackend } from './backend'
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

/**
 * The training step as a function of the context, plain or compiled with XLA at its first call.
 * Inputs: x, y, scalars, dropout key (uint64 [1]), variables weights, expAvg, expAvgSq. Output: float32 [2].
 */
export function recordTrainingStep(
  backend: TensorFlowBackend,
  spec: StepSpec,
  layout: WeightLayout,
  { tier, precision }: StepMode,
): RecordedFunction {
  const body = (recorder: GraphRecorder): RecordedFunction => {
    const batch = [spec.batchSize, spec.blockSize]
    const xInput = recorder.placeholder(dtypes.int32, batch)
    const yInput = recorder.placeholder(dtypes.int32, batch)
    const scalarsInput = recorder.placeholder(dtypes.float32, [optimizerScalarCount])
    const keyInput = recorder.placeholder(dtypes.uint64, [1])
    const variables = ['weights', 'expAvg', 'expAvgSq'].map(() => recorder.placeholder(dtypes.resource, []))
    tf.tidy(() => {
      const [weights, expAvg, expAvgSq] = variables.map((variable) =>
        backend.tensorOf(recorder.readVariable(variable, [layout.size])),
      ) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]
      const key = backend.binding.adoptOutput(keyInput).id
      const { state, metrics } = trainingStep(
        spec,
        layout,
        tensorFlowOps(backend, key, tier),
        { weights, expAvg, expAvgSq },
        backend.tensorOf(xInput) as tf.Tensor2D,
        backend.tensorOf(yInput) as tf.Tensor2D,
        backend.tensorOf(scalarsInput) as tf.Tensor1D,
      )
      backend.binding.deleteTensor(key)
      const outputOf = (tensor: tf.Tensor): ReturnType<typeof backend.binding.outputOf> =>
        backend.binding.outputOf(backend.idOf(tensor))
      const values = [state.weights, state.expAvg, state.expAvgSq].map(outputOf)
      const assigned = variables.map((variable, i) => recorder.assignVariable(variable, values[i] ?? variable))
      const result = recorder.identityAfter(outputOf(metrics), assigned)
      recorder.register([result], { compileWithXla: tier === 'xla' })
    })
    return { name: recorder.name, called: recorder.called }
  }
  const recordMatMul = precision === 'bfloat16' ? bfloat16MatMul(tier, backend.context.hasGpu()) : null
  return record(backend, `training_step_${tier}_${precision}`, body, recordMatMul)
}

/** Inputs: x, y, mask (float32 [B * T]), variable weights. Output: float32 [2]. */
export function recordEvaluation(backend: TensorFlowBackend, spec: StepSpec, layout: WeightLayout): RecordedFunction {
  return record(backend, 'evaluation', (recorder) => {
    const batch = [spec.batchSize, spec.blockSize]
    const xInput = recorder.placeholder(dtypes.int32, batch)
    const yInput = recorder.placeholder(dtypes.int32, batch)
    const maskInput = recorder.placeholder(dtypes.float32, [spec.batchSize * spec.blockSize])
    const variable = recorder.placeholder(dtypes.resource, [])
    tf.tidy(() => {
      const scores = evaluationStep(
        spec,
        layout,
        tensorFlowOps(backend, null, 'graph'),
        backend.tensorOf(recorder.readVariable(variable, [layout.size])) as tf.Tensor1D,
        backend.tensorOf(xInput) as tf.Tensor2D,
        backend.tensorOf(yInput) as tf.Tensor2D,
        backend.tensorOf(maskInput) as tf.Tensor1D,
      )
      const result = backend.binding.outputOf(backend.idOf(scores))
      recorder.register([result], { compileWithXla: false })
    })
    return { name: recorder.name, called: recorder.called }
  })
}
