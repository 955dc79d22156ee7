import { AppError } from '../../../../src-preload/contract/errors'
import type { Tier } from '../../../../src-preload/contract/records'
import { optimizerScalars } from '../../optim/optimizer'
import { WeightLayout } from '../layout'
import type { TensorData } from '../ops'
import {
  nameMoments,
  packMoments,
  type BatchScore,
  type CompileOptions,
  type StepMetrics,
  type StepSpec,
  type Tokens,
  type TrainStep,
} from '../step'
import type { TensorFlowBackend } from './backend'
import type { TensorHandle } from './c-api'
import { dtypes, numbersOf } from './dtypes'
import { recordEvaluation, recordTrainingStep, type RecordedFunction, type StepFunctions } from './functions'
import { Variable } from './variables'

/** The recorded training step and its state: one native call a step, off the event loop. */
export class TensorFlowTrainStep implements TrainStep {
  readonly #backend: TensorFlowBackend
  readonly #spec: StepSpec
  readonly #layout: WeightLayout
  readonly #functions: StepFunctions
  #evaluation: RecordedFunction | null = null
  readonly #weights: Variable
  readonly #expAvg: Variable
  readonly #expAvgSq: Variable
  #tier: 'graph' | 'xla' = 'graph'
  /** Settled when XLA is ready or has given up. */
  #compiling: Promise<void> = Promise.resolve()
  #compiled = false
  /** Result of the last step, not read yet: float32 [2]. */
  #metrics: TensorHandle | null = null

  private constructor(backend: TensorFlowBackend, spec: StepSpec) {
    this.#backend = backend
    this.#spec = spec
    this.#layout = new WeightLayout(spec.weights)
    this.#functions = recordTrainingStep(backend, spec, this.#layout)
    const zeros = new Float32Array(this.#layout.size)
    this.#weights = new Variable(backend.context, zeros)
    this.#expAvg = new Variable(backend.context, zeros)
    this.#expAvgSq = new Variable(backend.context, zeros)
  }

  /** Records the step; waits for XLA where the first step needs it. */
  static async create(
    backend: TensorFlowBackend,
    spec: StepSpec,
    options: CompileOptions,
  ): Promise<TensorFlowTrainStep> {
    const step = new TensorFlowTrainStep(backend, spec)
    if (options.compile === 'xla' || (options.compile === 'auto' && options.startTier === 'xla')) {
      await step.#compile()
      step.#tier = 'xla'
    } else if (options.compile === 'auto') {
      // A step that XLA cannot compile still runs as a graph.
      step.#compiling = step.#compile().catch(() => undefined)
    }
    return step
  }

  async run(step: number, learningRate: number, batch: Tokens): Promise<Tier> {
    if (this.#compiled) this.#tier = 'xla'
    const { context } = this.#backend
    const feeds = this.#feeds(step, learningRate, batch)
    const variables = [this.#weights.handle, this.#expAvg.handle, this.#expAvgSq.handle]
    try {
      const [metrics] = await context.executeAsync(this.#functions[this.#tier], [...feeds, ...variables], 1)
      if (this.#metrics) context.release([this.#metrics])
      this.#metrics = metrics ?? null
    } finally {
      context.release(feeds)
    }
    return this.#tier
  }

  readMetrics(): Promise<StepMetrics> {
    if (!this.#metrics) return Promise.reject(new AppError('engine.failed', { detail: 'no step was run' }))
    const [lossNats = NaN, gradNorm = NaN] = this.#numbers(this.#metrics)
    return Promise.resolve({ lossNats, gradNorm })
  }

  async evaluate(batch: Tokens, counted: number): Promise<BatchScore> {
    this.#evaluation ??= recordEvaluation(this.#backend, this.#spec, this.#layout)
    const { context } = this.#backend
    const { batchSize, blockSize } = this.#spec
    const mask = new Float32Array(batchSize * blockSize).fill(1, 0, counted)
    const feeds = [...this.#batchFeeds(batch), context.newHandle(dtypes.float32, [mask.length], mask)]
    const outputs: TensorHandle[] = []
    try {
      outputs.push(...(await context.executeAsync(this.#evaluation.name, [...feeds, this.#weights.handle], 1)))
      const [lossNats = NaN, correct = NaN] = outputs.flatMap((output) => [...this.#numbers(output)])
      return { lossNats, correct }
    } finally {
      context.release([...feeds, ...outputs])
    }
  }

  readWeights(): Promise<Map<string, TensorData>> {
    return Promise.resolve(this.#layout.unpack(this.#weights.read()))
  }

  writeWeights(weights: ReadonlyMap<string, TensorData>): void {
    this.#weights.write(this.#layout.pack(weights))
  }

  readOptimizer(): Promise<Map<string, TensorData>> {
    return Promise.resolve(nameMoments(this.#layout, this.#expAvg.read(), this.#expAvgSq.read()))
  }

  writeOptimizer(state: ReadonlyMap<string, TensorData>): void {
    const { expAvg, expAvgSq } = packMoments(this.#layout, state)
    this.#expAvg.write(expAvg)
    this.#expAvgSq.write(expAvgSq)
  }

  close(): void {
    if (this.#metrics) this.#backend.context.release([this.#metrics])
    this.#metrics = null
    for (const variable of [this.#weights, this.#expAvg, this.#expAvgSq]) variable.destroy()
    const { context } = this.#backend
    context.removeFunction(this.#functions.graph)
    for (const name of this.#evaluation ? [this.#evaluation.name, ...this.#evaluation.called] : [])
      context.removeFunction(name)
    // A compilation cannot be cut short, and whoever stops a run should not wait for it.
    void this.#compiling.then(() => {
      for (const name of [this.#functions.xla, ...this.#functions.called]) context.removeFunction(name)
    })
  }

  /** Compiles by running one step on variables of the same shapes, which nobody else sees. */
  async #compile(): Promise<void> {
    const { context } = this.#backend
    const { batchSize, blockSize } = this.#spec
    const zeros = new Int32Array(batchSize * blockSize)
    const feeds = this.#feeds(1, 0, { x: zeros, y: zeros })
    const shadows = [0, 1, 2].map(() => new Variable(context, new Float32Array(this.#layout.size)))
    try {
      const inputs = [...feeds, ...shadows.map((shadow) => shadow.handle)]
      context.release(await context.executeAsync(this.#functions.xla, inputs, 1))
      this.#compiled = true
    } finally {
      context.release(feeds)
      for (const shadow of shadows) shadow.destroy()
    }
  }

  #feeds(step: number, learningRate: number, batch: Tokens): TensorHandle[] {
    const { context } = this.#backend
    const scalars = optimizerScalars(this.#spec.optimizer, step, learningRate)
    const key = BigInt64Array.of((BigInt(this.#spec.seed) << 32n) | BigInt(step))
    return [
      ...this.#batchFeeds(batch),
      context.newHandle(dtypes.float32, [scalars.length], scalars),
      context.newHandle(dtypes.uint64, [1], key),
    ]
  }

  #batchFeeds({ x, y }: Tokens): TensorHandle[] {
    const shape = [this.#spec.batchSize, this.#spec.blockSize]
    return [x, y].map((tokens) => this.#backend.context.newHandle(dtypes.int32, shape, tokens))
  }

  #numbers(handle: TensorHandle): Float32Array {
    return numbersOf(dtypes.float32, this.#backend.context.read(handle)) as Float32Array
  }
}
