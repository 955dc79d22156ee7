import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs'
import type { LogitBounds } from '../plan/execution'
import type { ScaleFirst } from './optim/scale-first'
import type { Scan, ScanResult } from './scan'

/**
 * What a model may ask for, in training, evaluation and generation alike. Weights go by name, never as tensors: whether one is
 * trained, frozen, narrowed or adapted is not the model's affair. Besides, a model uses only methods of the tensors that it is
 * given and must not read a value on the host, because an engine may record it into a graph.
 */
export interface ModelOps {
  /** x · weight. x: [N, in], weight: [in, out] → [N, out] */
  matMul(x: Tensor2D, weight: string): Tensor2D
  /** x times each of the weights: one large product instead of several, where that is faster. */
  matMulEach(x: Tensor2D, weights: readonly string[]): Tensor2D[]
  /** x · weight + bias, by `<layer>.weight` and `<layer>.bias`. */
  linear(x: Tensor2D, layer: string): Tensor2D
  vector(name: string): Tensor1D
  /** Rows of a table [V, D]. ids: int32 [N] → [N, D] */
  rows(table: string, ids: Tensor1D): Tensor2D
  /** The first rows of a table: [count, D] */
  firstRows(table: string, count: number): Tensor2D
  /** By `<layer>.weight` and `<layer>.bias`; over the last axis. x: [N, D] → like x */
  layerNorm(x: Tensor2D, layer: string): Tensor2D
  /** By `<layer>.weight`; over the last axis. x: [N, D] → like x */
  rmsNorm(x: Tensor2D, layer: string, epsilon: number): Tensor2D
  gelu<T extends Tensor>(x: T): T
  /** silu(gate) · up */
  swiGlu<T extends Tensor>(gate: T, up: T): T
  /** int32 [length]: 0, 1, 2, ... */
  positions(length: number): Tensor1D
  /** 0 where a position may look, −1e9 at later ones. positions: int32 [T] → of the first `count` positions: [T, count] */
  causalMask(positions: Tensor1D, count: number): Tensor2D
  /** positions: int32 [T] → [T, headDim / 2] each */
  rotaryTable(positions: Tensor1D, config: RotaryConfig): RotaryTable
  /** Queries or keys at their positions. x: [..., T, headDim] → like x */
  rotate<T extends Tensor>(x: T, table: RotaryTable): T
  attention(attention: Attention): Tensor4D
  lstm(layer: RecurrentLayer): Tensor2D
  /** @param site names the place in the model: every call of a forward pass needs its own, from 0 up */
  dropout<T extends Tensor>(x: T, site: number): T
  /**
   * A block from residual stream to residual stream, which may be computed again for its gradient instead of being kept.
   * @param prefix of the names of its weights
   * @param shared constants that it uses: `body` must use no other tensors of the pass but x, and only the ops it is given
   */
  block<S extends Readonly<Record<string, Tensor>>>(
    prefix: string,
    x: Tensor2D,
    shared: S,
    body: (ops: ModelOps, x: Tensor2D, shared: S) => Tensor2D,
  ): Tensor2D
}

/** Each position's mean of the values up to it, by the likeness of query and key: softmax(q · kᵀ / √headDim + mask) · v. */
export interface Attention {
  /** [B, nHead, T, headDim] */
  readonly q: Tensor4D
  /** [B, nKvHead, T, headDim]; nKvHead divides nHead, and each of them serves as many heads of queries (Ainslie et al. 2023). */
  readonly k: Tensor4D
  readonly v: Tensor4D
  /** From `causalMask`: [T, T]; with a cache [T, capacity]. */
  readonly mask: Tensor2D
  /** Of the dropout of its weights. */
  readonly site: number
  /** Which of the model's attentions it is, from 0: its slots in the cache are 2 · index and 2 · index + 1. */
  readonly index: number
  readonly cache: Cache | undefined
}

/** An LSTM over time (torch.nn.LSTM of one layer), by `<name>.weight_ih`, `<name>.weight_hh` and `<name>.bias`. */
export interface RecurrentLayer {
  readonly name: string
  /** [T · B, D], time outermost → [T · B, H] */
  readonly x: Tensor2D
  readonly length: number
  /** Which of the model's layers it is, from 0: hidden and cell state are in the slots 2 · index and 2 · index + 1. */
  readonly index: number
  /** Absent: it starts from zeros. */
  readonly cache: Cache | undefined
}

/** What a model keeps of the tokens before, so that a pass need not compute them again. B is 1. */
export interface Cache {
  /** Of the pass's own tokens: int32 [T] */
  readonly positions: Tensor1D
  /** Positions that there is room for. */
  readonly capacity: number
  get(slot: number): Tensor
  set(slot: number, value: Tensor): void
  /** Writes rows [H, T, d] at the pass's positions. @returns all of the slot: [H, capacity, d] */
  append(slot: number, rows: Tensor3D): Tensor3D
}

export interface RotaryConfig {
  readonly headDim: number
  /** 10,000 in Su et al. 2021. */
  readonly base: number
  readonly scaling: RotaryScaling | null
}

/** As `rope_scaling` of type "llama3" in a model's config.json. */
export interface RotaryScaling {
  readonly factor: number
  readonly lowFreqFactor: number
  readonly highFreqFactor: number
  /** Positions that the model was trained to look back on before: original_max_position_embeddings. */
  readonly originalWindow: number
}

/** A type, so that it can be handed to a block as what it shares. */

export type RotaryTable = {
  readonly cos: Tensor2D
  readonly sin: Tensor2D
}

/** What the scores of the vocabulary are made of: hidden · weight + bias. */
export interface Head {
  /** [B · T, D] */
  readonly hidden: Tensor2D
  /** The name of a weight [D, V]; a table has it the other way round, [V, D]. */
  readonly weight: string
  readonly isTable: boolean
  /** The name of a vector [V]. */
  readonly bias: string | null
}

/**
 * The few operations that cannot be written the same way for every engine: TensorFlow has fused ops for them, the others
 * compose them. What a model asks for, the optimizer and the loss are made of these and of plain TensorFlow.js.
 */
export interface EngineOps {
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
  recompute<X extends Tensor, T>(x: X, dy: Tensor, body: (x: X, ops: EngineOps) => T): T
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

/** A model's weights by name, in the order and shapes of its weight table. */
export type Weights = ReadonlyMap<string, Tensor>

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
