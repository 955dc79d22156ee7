import * as tf from '@tensorflow/tfjs'
import { AppError } from '../../../../src-preload/contract/errors'
import { withGradient } from '../../layers/custom-gradient'
import { causalMask } from '../../layers/shared-ops'
import { RandomStream } from '../../random'
import { attrTypes, shapeListAttr, stringAttr, typeListAttr } from './attributes'
import type { TensorFlowBackend } from './backend'
import type { Output, TensorHandle } from './c-api'
import { dtypes, numbersOf } from './dtypes'
import { isDeterministic } from './card-flags'
import { problemOf } from './cudnn-trial'
import { record } from './record'
import type { GraphRecorder } from './recorder'

/**
 * cuDNN's fused attention (Dao 2023, "FlashAttention-2"), forward and backward: scores never lie in memory. XLA knows these
 * two custom calls by name and has cuDNN make a kernel of each (xla/backends/gpu/transforms/cudnn_custom_call_compiler.cc;
 * JAX's dot_product_attention is made of the same).
 */
const forwardCall = '__cudnn$fmhaSoftmax'
const backwardCall = '__cudnn$fmhaSoftmaxBackward'

type Shape = readonly [batch: number, nHead: number, length: number, headDim: number]

/**
 * Causal attention in cuDNN's kernel; null where that is not to be had. Only XLA has these calls, so it can only be
 * recorded, into what XLA compiles.
 *
 * `q, k, v: float32 [B, nHead, T, headDim]`, multiplied as bfloat16 → the same shape
 */
export function cudnnAttention(
  backend: TensorFlowBackend,
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  scale: number,
): tf.Tensor4D | null {
  const [, , length, headDim] = q.shape
  if (!backend.binding.recorder || !backend.cudnn?.hasAttention(length, headDim)) return null
  return withGradient<tf.Tensor4D>([q, k, v], () => {
    const { value, statistics } = forward(backend, q, k, v, scale)
    return {
      value,
      saved: [q, k, v, value, statistics],
      gradient: (dy, saved) => {
        const [q, k, v, value, statistics] = saved as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor3D]
        return backward(backend, dy, { q, k, v, value, statistics }, scale)
      },
    }
  })
}

/** `statistics: [B, nHead, T]`, of each row of scores, from which the backward pass makes them again */
interface Attended {
  readonly value: tf.Tensor4D
  readonly statistics: tf.Tensor3D
}

function forward(backend: TensorFlowBackend, q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, scale: number): Attended {
  const recorder = recorderOf(backend)
  const shape = q.shape
  const inputs = [q, k, v].map((input) => rounded(backend, recorder, input))
  const [value, statistics] = customCall(recorder, forwardCall, configOf(shape, scale, forwardProducts), inputs, [
    [dtypes.bfloat16, shape],
    [dtypes.float32, shape.slice(0, 3)],
    workspace,
  ]) as [Output, Output]
  return {
    value: widened(backend, recorder, value),
    statistics: backend.tensorOf(statistics) as tf.Tensor3D,
  }
}

function backward(
  backend: TensorFlowBackend,
  dy: tf.Tensor4D,
  { q, k, v, value, statistics }: Attended & Readonly<Record<'q' | 'k' | 'v', tf.Tensor4D>>,
  scale: number,
): tf.Tensor4D[] {
  const recorder = recorderOf(backend)
  const shape = q.shape
  const products = { ...backwardProducts, ...(isDeterministic() ? { force_deterministic: true } : {}) }
  const [dyRounded, valueRounded] = [dy, value].map((tensor) => rounded(backend, recorder, tensor)) as [Output, Output]
  const inputs = [
    ...[q, k, v].map((tensor) => rounded(backend, recorder, tensor)),
    backend.binding.outputOf(backend.idOf(statistics)),
    dyRounded,
    valueRounded,
  ]
  const results = [0, 1, 2].map((): Result => [dtypes.bfloat16, shape])
  const made = customCall(recorder, backwardCall, configOf(shape, scale, products), inputs, [...results, workspace])
  return made.slice(0, 3).map((gradient) => widened(backend, recorder, gradient))
}

type Result = readonly [dtype: number, shape: readonly number[]]

/** XLA gives it the size that cuDNN asks for. */
const workspace: Result = [dtypes.uint8, [0]]

function customCall(
  recorder: GraphRecorder,
  target: string,
  config: object,
  inputs: readonly Output[],
  results: readonly Result[],
): Output[] {
  const attributes = [
    stringAttr('call_target_name', target),
    stringAttr('backend_config', JSON.stringify(config)),
    { name: 'has_side_effect', type: attrTypes.bool, value: false },
    typeListAttr(
      'result_dtypes',
      results.map(([dtype]) => dtype),
    ),
    shapeListAttr(
      'result_shapes',
      results.map(([, shape]) => shape),
    ),
  ]
  return recorder.op('XlaCustomCallV2', attributes, inputs, results.length)
}

/** A product's axes that are added up, left and right; both have the axes of batch and head in common. */
function product(left: number, right: number): object {
  const batch = ['0', '1']
  return {
    lhs_contracting_dimensions: [String(left)],
    rhs_contracting_dimensions: [String(right)],
    lhs_batch_dimensions: batch,
    rhs_batch_dimensions: batch,
  }
}

const forwardProducts = {
  bmm1_dot_dimension_numbers: product(3, 3),
  bmm2_dot_dimension_numbers: product(3, 2),
}
const backwardProducts = {
  bmm1_grad_gemm1_dot_dimension_numbers: product(2, 2),
  bmm1_grad_gemm2_dot_dimension_numbers: product(3, 2),
  bmm2_grad_gemm1_dot_dimension_numbers: product(2, 2),
  bmm2_grad_gemm2_dot_dimension_numbers: product(3, 3),
}

/** GpuBackendConfig (xla/service/gpu/backend_configs.proto) as JSON, in which 64-bit numbers are strings. */
function configOf([batch, nHead, length]: Shape, scale: number, ofThisPass: object): object {
  return {
    cudnn_fmha_backend_config: {
      algorithm: { algo_id: '0', math_type: 'TENSOR_OP_MATH', is_cudnn_frontend: true, workspace_size: '0' },
      fmha_scale: scale,
      intermediate_tensor_shape: {
        element_type: 'BF16',
        dimensions: [batch, nHead, length, length].map(String),
        layout: { minor_to_major: ['3', '2', '1', '0'] },
        is_dynamic_dimension: [false, false, false, false],
      },
      is_flash_attention: true,
      mask_type: 'CAUSAL',
      max_seg_per_batch: 1,
      ...ofThisPass,
    },
  }
}

function recorderOf(backend: TensorFlowBackend): GraphRecorder {
  const { recorder } = backend.binding
  if (!recorder) throw new AppError('engine.failed', { detail: "cuDNN's attention can only be recorded" })
  return recorder
}

function rounded(backend: TensorFlowBackend, recorder: GraphRecorder, tensor: tf.Tensor): Output {
  return recorder.cast(backend.binding.outputOf(backend.idOf(tensor)), dtypes.float32, dtypes.bfloat16)
}

const widened = (backend: TensorFlowBackend, recorder: GraphRecorder, value: Output): tf.Tensor4D =>
  backend.tensorOf(recorder.cast(value, dtypes.bfloat16, dtypes.float32)) as tf.Tensor4D

/** bfloat16 has eight bits, and softmax's gradient is a difference; another mask or scale is off by the numbers themselves. */
const tolerance = 0.05

/**
 * Whether there is such a kernel and it computes what is meant can only be tried: that depends on card, driver and
 * library. One row of a batch, one head, both passes, against the formula as a plain graph.
 * @returns what is wrong; null: nothing
 * @throws AppError `memory.exhausted`
 */
export function attentionProblem(backend: TensorFlowBackend, length: number, headDim: number): string | null {
  // cuDNN's conditions for all cards (cudnn-frontend, docs/operations/Attention.md).
  if (headDim % 8 !== 0 || headDim > 128) return `no kernel for heads of ${headDim}`
  const { context, binding } = backend
  const shape: [number, number, number, number] = [1, 1, length, headDim]
  const scale = 1 / Math.sqrt(headDim)
  const made: TensorHandle[] = []
  const names: string[] = []
  const recorded = (body: (...tensors: tf.Tensor4D[]) => tf.Tensor[], compileWithXla: boolean): string =>
    record(
      backend,
      `attention_trial_${compileWithXla ? 'xla' : 'graph'}`,
      (recorder) => {
        const inputs = [0, 1, 2, 3].map(() => recorder.placeholder(dtypes.float32, shape))
        tf.tidy(() => {
          const results = body(...inputs.map((input) => backend.tensorOf(input) as tf.Tensor4D))
          recorder.register(
            results.map((result) => binding.outputOf(backend.idOf(result))),
            { compileWithXla },
          )
        })
        names.push(recorder.name)
        return recorder.name
      },
      null,
    )
  try {
    const random = new RandomStream(1, 'test')
    const inputs = [0, 1, 2, 3].map(() => {
      const numbers = Float32Array.from({ length: length * headDim }, () => 4 * (random.uniform() - 0.5))
      const handle = context.newHandle(dtypes.float32, shape, numbers)
      made.push(handle)
      return handle
    })
    const run = (name: string): Float32Array[] => {
      const results = context.execute(name, inputs, 4)
      made.push(...results)
      return results.map((result) => numbersOf(dtypes.float32, context.read(result)) as Float32Array)
    }
    const kernel = recorded((q, k, v, dy) => {
      const attended = forward(backend, q, k, v, scale)
      const given = { q, k, v, ...attended } as Parameters<typeof backward>[2]
      return [attended.value, ...backward(backend, dy, given, scale)]
    }, true)
    const theirs = run(kernel)
    const ours = run(recorded((...tensors) => attentionWrittenOut(tensors, scale), false))
    const shares = ours.map((values, i) => {
      const largest = Math.max(...values.map(Math.abs))
      return Math.max(...values.map((value, at) => Math.abs(value - (theirs[i]?.[at] ?? NaN)))) / largest
    })
    return shares.every((share) => share < tolerance) ? null : `cuDNN's attention is off by ${shares.join(', ')}`
  } catch (thrown) {
    return problemOf(thrown)
  } finally {
    context.release(made)
    for (const name of names) context.removeFunction(name)
  }
}

/** `[q, k, v, dy]`, `[1, 1, T, headDim]` each → value, dq, dk, dv */
export function attentionWrittenOut(tensors: readonly tf.Tensor4D[], scale: number): tf.Tensor[] {
  const [q, k, v, dy] = tensors as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]
  const length = q.shape[2]
  const mask = causalMask(tf.range(0, length, 1, 'int32'), length)
  const p: tf.Tensor4D = tf.softmax(tf.matMul<tf.Tensor4D>(q, k, false, true).mul(scale).add(mask))
  const dp = tf.matMul<tf.Tensor4D>(dy, v, false, true)
  const dScores: tf.Tensor4D = p.mul(dp.sub(dp.mul(p).sum(-1, true))).mul(scale)
  return [tf.matMul(p, v), tf.matMul(dScores, k), tf.matMul(dScores, q, true), tf.matMul(p, dy, true)]
}
