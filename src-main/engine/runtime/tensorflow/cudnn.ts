import { RandomStream } from '../../random'
import { typeAttr } from './attributes'
import type { TensorFlowBackend } from './backend'
import type { TensorHandle } from './c-api'
import type { TensorFlowContext } from './context'
import { attentionProblem } from './cudnn-attention'
import { problemOf } from './cudnn-trial'
import { dtypes, numbersOf } from './dtypes'

/** cuDNN's kernels, as far as they are used. */
export interface Cudnn {
  /** Whether it computes what is meant, with layers of that size: asked once for each. */
  hasLstm(inputWidth: number, width: number): boolean
  /** Likewise, of causal attention in bfloat16 over that many positions with heads of that width. */
  hasAttention(length: number, headDim: number): boolean
}

/** Of an LSTM in cuDNN's order: input and hidden kernels, a bias for each. */
export const lstmParamsCount = (inputWidth: number, width: number): number => 4 * width * (inputWidth + width + 2)

/** cuDNN on the card of the backend. */
export function cudnnOf(backend: TensorFlowBackend): Cudnn {
  const known = new Map<string, boolean>()
  const once = (key: string, problem: () => string | null): boolean => {
    const has = known.get(key) ?? problem() === null
    known.set(key, has)
    return has
  }
  return {
    hasLstm: (inputWidth, width) =>
      once(`lstm ${inputWidth} ${width}`, () => lstmProblem(backend.context, inputWidth, width)),
    hasAttention: (length, headDim) =>
      once(`attention ${length} ${headDim}`, () => attentionProblem(backend, length, headDim)),
  }
}

/** TensorFloat-32 has ten bits; a wrong order of gates or kernels is off by the numbers themselves. */
const tolerance = 0.02
const trial = { length: 2, batch: 2 } as const

/**
 * Two things nobody but the card can tell. TensorFlow hands over the weights without looking at their number, so cuDNN would
 * read beyond them if it wanted more; and a cuDNN that computes otherwise than the model, or not at all, must not train it:
 * the loop over time computes the same.
 * @returns what is wrong; null: nothing
 * @throws AppError `memory.exhausted`
 */
export function lstmProblem(context: TensorFlowContext, inputWidth: number, width: number): string | null {
  const float32 = typeAttr('T', dtypes.float32)
  const made: TensorHandle[] = []
  const kept = (handle: TensorHandle): TensorHandle => {
    made.push(handle)
    return handle
  }
  const float = (shape: number[], values: Float32Array): TensorHandle =>
    kept(context.newHandle(dtypes.float32, shape, values))
  const run = (name: string, inputs: TensorHandle[], outputs: number, types: ReturnType<typeof typeAttr>[]) =>
    context.execute(name, inputs, outputs, types).map(kept)
  const read = (dtype: number, handle: TensorHandle): ArrayLike<number> =>
    numbersOf(dtype, context.read(handle)) as Float32Array | Int32Array
  try {
    const sizes = [1, width, inputWidth].map((size) => kept(context.newHandle(dtypes.int32, [], [size])))
    const [count] = run('CudnnRNNParamsSize', sizes, 1, [float32, typeAttr('S', dtypes.int32)]) as [TensorHandle]
    const expected = lstmParamsCount(inputWidth, width)
    const wanted = read(dtypes.int32, count)[0]
    if (wanted !== expected) return `cuDNN wants ${wanted} numbers for an LSTM's ${expected}`

    const { length, batch } = trial
    const random = new RandomStream(1, 'test')
    const numbers = (size: number, scale: number): Float32Array =>
      Float32Array.from({ length: size }, () => scale * (random.uniform() - 0.5))
    const x = numbers(length * batch * inputWidth, 4)
    const params = numbers(expected, 4 / Math.sqrt(inputWidth + width))
    const state = float([1, batch, width], new Float32Array(batch * width))
    const lengths = kept(context.newHandle(dtypes.int32, [batch], new Int32Array(batch).fill(length)))
    const inputs = [float([length, batch, inputWidth], x), state, state, float([params.length], params), lengths]
    const [output] = run('CudnnRNNV3', inputs, 5, [float32]) as [TensorHandle]
    const theirs = read(dtypes.float32, output)
    const differences = lstmOnHost(x, params, { ...trial, inputWidth, width }).map((ours, i) =>
      Math.abs(ours - (theirs[i] ?? NaN)),
    )
    return differences.every((difference) => difference < tolerance)
      ? null
      : `cuDNN's LSTM is off by ${Math.max(...differences)}`
  } catch (thrown) {
    return problemOf(thrown)
  } finally {
    context.release(made)
  }
}

/**
 * The layer as cuDNN's documentation defines it (cudnnRNNMode_t, CUDNN_LSTM; cudnnGetRNNWeightParams), one number after the
 * other: what the card is held to.
 *
 * `x: [T, B, D]`; `params`: the input kernels of the gates i, f, g, o, `[H, D]` each, their hidden kernels `[H, H]`, the
 * input biases `[H]`, the hidden biases → `[T, B, H]`
 */
export function lstmOnHost(
  x: Float32Array,
  params: Float32Array,
  { length, batch, inputWidth, width }: { length: number; batch: number; inputWidth: number; width: number },
): Float32Array {
  const at = (array: Float32Array, index: number): number => array[index] ?? NaN
  const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))
  const hiddenKernels = 4 * width * inputWidth
  const biases = hiddenKernels + 4 * width * width
  const outputs = new Float32Array(length * batch * width)
  const cells = new Float32Array(batch * width)
  for (let t = 0; t < length; t++) {
    for (let b = 0; b < batch; b++) {
      const row = t * batch + b
      for (let unit = 0; unit < width; unit++) {
        const [i, f, g, o] = [0, 1, 2, 3].map((gate) => {
          const line = gate * width + unit
          let sum = at(params, biases + line) + at(params, biases + 4 * width + line)
          for (let d = 0; d < inputWidth; d++) sum += at(params, line * inputWidth + d) * at(x, row * inputWidth + d)
          if (t === 0) return sum
          const before = (row - batch) * width
          for (let h = 0; h < width; h++) sum += at(params, hiddenKernels + line * width + h) * at(outputs, before + h)
          return sum
        }) as [number, number, number, number]
        const cell = sigmoid(f) * at(cells, b * width + unit) + sigmoid(i) * Math.tanh(g)
        cells[b * width + unit] = cell
        outputs[row * width + unit] = sigmoid(o) * Math.tanh(cell)
      }
    }
  }
  return outputs
}
