import * as tf from '@tensorflow/tfjs'
import { withGradient } from '../../layers/custom-gradient'
import { typeAttr } from './attributes'
import type { TensorFlowBackend } from './backend'
import type { Output } from './c-api'
import { dtypes } from './dtypes'

/** The other attributes of both ops are an LSTM's of one layer, time outermost, by default. */
const float32 = [typeAttr('T', dtypes.float32)]

/**
 * An LSTM's weights in cuDNN's order, which has the gates in ours: each gate's input kernel transposed, then the hidden
 * kernels, then two biases, of which the model has one. (Keras packs the same way.)
 *
 * `weightIh: [D, 4·H]`, `weightHh: [H, 4·H]`, `bias: [4·H]` → `[4·H·(D + H + 2)]`
 */
export function lstmParams(weightIh: tf.Tensor2D, weightHh: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor1D {
  return tf.concat1d([weightIh.transpose().as1D(), weightHh.transpose().as1D(), bias, tf.zerosLike(bias)])
}

/**
 * A whole layer over time in cuDNN's kernel, forward and backward one op each; null where that is not to be had. Of the
 * ops' versions only the third works with cuDNN 9, which wants a length for each row; where all are the same it takes the
 * way without padding. It computes in float32 (TensorFloat-32 on tensor cores): for bfloat16 TensorFlow only casts around it
 * (tensorflow/core/kernels/cudnn_rnn_ops.cc).
 *
 * Only for a plain graph: XLA does not know these ops. `x: [T·B, D]`, time outermost → `[T·B, H]`
 */
export function cudnnLstm(
  backend: TensorFlowBackend,
  x: tf.Tensor2D,
  weightIh: tf.Tensor2D,
  weightHh: tf.Tensor2D,
  bias: tf.Tensor1D,
  length: number,
): tf.Tensor2D | null {
  const { binding, cudnn } = backend
  const { recorder } = binding
  const [[rows, inputWidth], [width]] = [x.shape, weightHh.shape]
  if (!recorder || !cudnn?.hasLstm(inputWidth, width)) return null
  const batch = rows / length
  const outputOf = (tensor: tf.Tensor): Output => binding.outputOf(backend.idOf(tensor))
  const input = x.reshape<tf.Tensor3D>([length, batch, inputWidth])
  // The way from weights to parameters is on the tape, so that their gradient comes back the same way.
  const params = lstmParams(weightIh, weightHh, bias)
  const output = withGradient<tf.Tensor3D>([input, params], () => {
    const zero = outputOf(tf.zeros([1, batch, width]))
    const lengths = recorder.numbers(dtypes.int32, new Array<number>(batch).fill(length))
    const given = [outputOf(input), zero, zero, outputOf(params), lengths]
    const made = recorder.op('CudnnRNNV3', float32, given, 5)
    const [output, hidden, cell, ...reserves] = made as [Output, Output, Output, Output, Output]
    return {
      value: backend.tensorOf(output) as tf.Tensor3D,
      // Nodes of the graph stay: the reserves are of a size that only cuDNN knows, and never a tensor of TensorFlow.js.
      saved: [],
      gradient: (dy) => {
        const inputs = [...given, output, hidden, cell, outputOf(dy), zero, zero, ...reserves]
        const [dInput, , , dParams] = recorder.op('CudnnRNNBackpropV3', float32, inputs, 4)
        return [dInput, dParams].map((gradient) => backend.tensorOf(gradient as Output))
      },
    }
  })
  return output.reshape([rows, width])
}
