import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import type { LogitBounds } from '../../plan/head-chunks'
import type { ScaleFirst } from './scale-first'
import type { Scan, ScanResult } from './scan'

/**
 * The few operations that a model cannot write the same way for every engine: TensorFlow has fused ops for them, the
 * others compose them. Everything else in a model is plain TensorFlow.js and must not read a value on the host, because
 * the TensorFlow engine records it into a graph.
 */
export interface ModelOps {
  /** Rows of a table. table: float32 [V, D], ids: int32 [N] → float32 [N, D]. Differentiable in table. */
  embedding(table: Tensor2D, ids: Tensor1D): Tensor2D
  /** Loss of each token in nats. logits: float32 [N, V], targets: int32 [N] → float32 [N]. Differentiable in logits. */
  sparseCrossEntropy(logits: Tensor2D, targets: Tensor1D): Tensor1D
  /** The same loss [N], and its derivative by the logits, softmax − onehot [N, V]. Not differentiable. */
  crossEntropy(logits: Tensor2D, targets: Tensor1D): [loss: Tensor1D, slope: Tensor2D]
  /**
   * Inverted dropout (Srivastava et al. 2014): each number becomes 0 with probability `rate`, else x / (1 - rate).
   * The mask is a pure function of (seed, step, site); x itself is returned when not training or when rate is 0.
   * @param site names the place in the model: every call in one forward pass needs its own, from 0 up.
   */
  dropout<T extends Tensor>(x: T, rate: number, site: number): T
  /** What it multiplies numbers of that shape by; null where it gives x itself. */
  dropMask(shape: number[], rate: number, site: number): Tensor | null
  /**
   * For a backward pass that computes again what the forward pass had: `body` gets x, and ops that drop alike. Whoever
   * records sees to it that the two are not merged into one, which would be kept all the while, and that none of it begins
   * before `dy` is there.
   */
  anew<X extends Tensor, T>(x: X, dy: Tensor, body: (x: X, ops: ModelOps) => T): T
  /**
   * Causal attention, softmax(q · kᵀ · scale) · v, as one kernel to which the scores never lie in memory, where the engine
   * has one; null where it has none, and the model writes it out. Differentiable in all three, which it multiplies as
   * bfloat16.
   *
   * `q, k, v: [B, nHead, T, headDim]` → the same shape
   */
  attention(q: Tensor4D, k: Tensor4D, v: Tensor4D, scale: number): Tensor4D | null
  readonly logits: LogitBounds
  /** In how many blocks of queries attention over so many positions pays. */
  queryBlocks(length: number): number
  /**
   * A whole LSTM layer over time, from a zero state, where the engine has a kernel for it; null where it has none, and the
   * model makes it of a loop. Differentiable in all four.
   *
   * `x: [T·B, D]`, time outermost; `weightIh: [D, 4·H]`, `weightHh: [H, 4·H]`, `bias: [4·H]`, gates in torch.nn.LSTM's order
   * → `[T·B, H]`
   */
  lstm(x: Tensor2D, weightIh: Tensor2D, weightHh: Tensor2D, bias: Tensor1D, length: number): Tensor2D | null
  /** x as products take it: what they round anyway need not be kept any finer. Not differentiable. */
  asOperand<T extends Tensor>(x: T): T
  /** Of a vector of weights. */
  readonly scaleFirst: ScaleFirst
  /** Of a gradient. Not differentiable. */
  sumOfSquares(x: Tensor1D): Scalar
  /** A loop, not differentiable: what is built of it brings its own gradient. */
  scan(scan: Scan): ScanResult
}

/** A model's weights by name, in the order and shapes of `weightShapes` (src-main/plan/shapes.ts). */
export type Weights = ReadonlyMap<string, Tensor>

/** What the scores of the vocabulary are made of: hidden · weight + bias. */
export interface Head {
  /** float32 [N, D] */
  readonly hidden: Tensor2D
  /** float32 [D, V]; a table has it the other way round, [V, D] */
  readonly weight: Tensor2D
  readonly isTable: boolean
  /** float32 [V] */
  readonly bias: Tensor1D | null
}

/** A model: weights and x: int32 [B, T] → what makes the logits, float32 [B * T, V] (`logitsOf` in head.ts). */
export type Forward = (weights: Weights, x: Tensor2D, ops: ModelOps) => Head

/** Numbers on the host: what checkpoints hold and what enters and leaves an engine. */
export interface TensorData {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Tensors by name, all of which need not be in memory at once. A map is one. */
export interface TensorSource {
  /** @returns undefined where there is none of that name */
  get(name: string): TensorData | undefined
}
