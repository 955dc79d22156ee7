import * as tf from '@tensorflow/tfjs'
import { AppError } from '../../../src-preload/contract/errors'
import type { AdamWState } from '../optim/adamw'
import { momentsOf } from '../optim/moments'
import { optimizeWith, type Optimize } from '../optim/optimizer'
import { packRates, ratesAt, unpackRates, type OptimizerRates } from '../optim/rates'
import type { BatchTensors } from '../micro-batches'
import { score, scoresIn } from '../score'
import type { StepContext } from '../step-parts'
import { stateTensors, type StatePart, type StateTensors } from '../state-tensors'
import { readAll } from '../tensor-stream'
import type { TokenScores, StepInput, StepMetrics, StepMode, StepSpec, Tokens, TrainStep } from '../train-step'
import { wholeStep } from '../whole-step'
import type { DropoutKey } from './composed-ops'
import { WeightLayout, type WeightPlace, type WeightVector } from '../layout'
import type { EngineOps, TensorData, TensorSource } from '../ops'

/** Lets timers and messages run: an eager step blocks the event loop while it computes. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const eager: StepMode = { tier: 'eager', precision: 'float32' }

/** Never `dataSync`: a graphics card can only be read later. */
const numbersOf = (tensor: tf.Tensor): Promise<Float32Array> => tensor.data<'float32'>()

/** What TensorFlow.js reads may be what it computes with. */
const keep = (): void => undefined

/** What the eager step asks of the engine that computes it. */
export interface EagerDevice {
  /** Makes the engine's backend the current one. */
  activate(): void
  opsOf(key: DropoutKey | null): EngineOps
  /** AdamW, where the engine can change numbers in place; else new tensors take the old ones' place. */
  adamWInPlace?(rates: OptimizerRates<number>): Optimize
  /** Hands over what was asked for so far; resolves when it is computed. @throws `engine.failed` */
  submit?(): Promise<void>
}

/** The training step op by op, on a TensorFlow.js backend. */
export class EagerTrainStep implements TrainStep {
  readonly #spec: StepSpec
  readonly #layout: WeightLayout
  /** The layout's only one. */
  readonly #vector: WeightVector
  readonly #device: EagerDevice
  readonly tensors: StateTensors
  readonly timings = []
  readonly settled = true
  #weights: tf.Tensor1D
  #expAvg: tf.Tensor1D
  #expAvgSq: tf.Tensor1D
  #metrics: tf.Tensor1D | null = null
  /** Of the last step: the host stays one step ahead, not more. */
  #submitted: Promise<void> | undefined

  constructor(spec: StepSpec, device: EagerDevice) {
    this.#spec = spec
    this.#layout = new WeightLayout(spec.model.weights)
    this.#vector = this.#layout.vectors[0] as WeightVector
    this.tensors = stateTensors(this.#layout, { read: (part, place) => this.#read(part, place), release: keep })
    this.#device = device
    device.activate()
    this.#weights = tf.zeros([this.#layout.size])
    this.#expAvg = tf.zeros([this.#layout.size])
    this.#expAvgSq = tf.zeros([this.#layout.size])
  }

  async run({ step, learningRate, batch }: StepInput): Promise<StepMode> {
    this.#device.activate()
    const before = this.#submitted
    const [weights, expAvg, expAvgSq, metrics] = tf.tidy((): tf.Tensor1D[] => {
      const { optimizer, seed } = this.#spec
      const old = { weights: this.#weights, expAvg: this.#expAvg, expAvgSq: this.#expAvgSq }
      const context = this.#contextOf({ seed, step })
      const rates = ratesAt(optimizer, step, learningRate)
      const inPlace = optimizer.optimizer === 'adamw' ? this.#device.adamWInPlace?.(rates) : undefined
      const optimize = inPlace ?? optimizeWith(unpackRates(tf.tensor1d(packRates(rates))))
      const { state, metrics } = wholeStep(context, { state: [old], batch: this.#tensorsOf(batch), optimize })
      const [{ weights, expAvg, expAvgSq }] = state as [AdamWState]
      return [weights, expAvg, expAvgSq, metrics]
    }) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]
    this.#replaceState(weights, expAvg, expAvgSq)
    this.#metrics?.dispose()
    this.#metrics = metrics
    this.#submitted = this.#device.submit?.()
    this.#submitted?.catch(() => undefined) // heard by the next step or read
    await before
    // After the step: who asks for an end while it computes is heard before the next one.
    await breathe()
    return eager
  }

  async readMetrics(): Promise<StepMetrics> {
    await this.#submitted
    if (!this.#metrics) throw new AppError('engine.failed', { detail: 'no step was run' })
    const [lossNats = NaN, gradNorm = NaN] = await numbersOf(this.#metrics)
    return { lossNats, gradNorm }
  }

  async evaluate(batch: Tokens): Promise<TokenScores> {
    await breathe()
    this.#device.activate()
    const scores = tf.tidy(() => score(this.#contextOf(null), [this.#weights], this.#tensorsOf(batch)))
    try {
      await this.#device.submit?.()
      return scoresIn(await numbersOf(scores))
    } finally {
      scores.dispose()
    }
  }

  readWeights(): Promise<Map<string, TensorData>> {
    return readAll(this.tensors.weights)
  }

  writeWeights(weights: TensorSource): void {
    this.#device.activate()
    this.#replaceState(tf.tensor1d(this.#vector.pack(weights)), this.#expAvg, this.#expAvgSq)
  }

  writeOptimizer(state: TensorSource): void {
    this.#device.activate()
    const { expAvg, expAvgSq } = momentsOf(state)
    const packed = [expAvg, expAvgSq].map((moment) => tf.tensor1d(this.#vector.pack(moment)))
    this.#replaceState(this.#weights, ...(packed as [tf.Tensor1D, tf.Tensor1D]))
  }

  /** Of one weight alone: a slice is a tensor of its own. */
  async #read(part: StatePart, { offset, size }: WeightPlace): Promise<Float32Array> {
    await this.#submitted
    this.#device.activate()
    const vector = { weights: this.#weights, expAvg: this.#expAvg, expAvgSq: this.#expAvgSq }[part]
    const slice = tf.slice1d(vector, offset, size)
    try {
      return await numbersOf(slice)
    } finally {
      slice.dispose()
    }
  }

  readonly release = keep

  close(): void {
    tf.dispose([this.#weights, this.#expAvg, this.#expAvgSq])
    this.#metrics?.dispose()
    this.#metrics = null
  }

  /**
   * New tensors, never new values in the old ones: XNNPACK keeps packed weights by tensor, and would go on with the old
   * numbers (measured: the loss is silently wrong).
   */
  #replaceState(weights: tf.Tensor1D, expAvg: tf.Tensor1D, expAvgSq: tf.Tensor1D): void {
    if (weights !== this.#weights) this.#weights.dispose()
    if (expAvg !== this.#expAvg) this.#expAvg.dispose()
    if (expAvgSq !== this.#expAvgSq) this.#expAvgSq.dispose()
    this.#weights = weights
    this.#expAvg = expAvg
    this.#expAvgSq = expAvgSq
  }

  #contextOf(key: DropoutKey | null): StepContext {
    return { spec: this.#spec, layout: this.#layout, ops: this.#device.opsOf(key) }
  }

  #tensorsOf({ x, y }: Tokens): BatchTensors {
    const shape: [number, number] = [this.#spec.batchSize, this.#spec.blockSize]
    return { x: tf.tensor2d(x, shape, 'int32'), y: tf.tensor2d(y, shape, 'int32') }
  }
}
