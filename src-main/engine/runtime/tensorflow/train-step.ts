import { isAlone, stepsPerMeasure } from '../../../plan/execution'
import { AppError } from '../../../../src-preload/contract/errors'
import type { StepTiming } from '../../../../src-preload/contract/records/steps'
import { momentsOf } from '../../optim/moments'
import { packRates, ratesAt } from '../../optim/rates'
import { scoresIn } from '../../score'
import { stateTensors, type StateTensors } from '../../state-tensors'
import { readAll } from '../../tensor-stream'
import type {
  CompileOptions,
  StepInput,
  StepMetrics,
  StepMode,
  StepSpec,
  Tokens,
  TokenScores,
  TrainStep,
} from '../../train-step'
import { WeightLayout } from '../../layout'
import type { TensorData, TensorSource } from '../../ops'
import type { Bfloat16Support } from '../processor'
import { Autotuner } from '../autotune'
import type { TensorFlowBackend } from './backend'
import type { TensorHandle } from './c-api'
import { keepsAll } from './dropout-mask'
import { dtypes, numbersOf } from './dtypes'
import { recordEvaluation, recordTrainingStep } from './functions'
import { inOrder, type RecordedFunction, type StateOf } from './step-recording'
import { Variable } from './variables'

const handlesOf = (variables: readonly Variable[]): TensorHandle[] => variables.map(({ handle }) => handle)

const keyOf = ({ tier, precision }: StepMode): string => `${tier} ${precision}`

/** The recorded training step and its state: one native call a step, off the event loop. */
export class TensorFlowTrainStep implements TrainStep {
  readonly #backend: TensorFlowBackend
  readonly #spec: StepSpec
  readonly #layout: WeightLayout
  readonly #choice: Autotuner
  readonly #functions = new Map<string, RecordedFunction>()
  #evaluation: RecordedFunction | null = null
  readonly #state: StateOf<Variable>
  readonly tensors: StateTensors
  /** What the last step was given: trials are made with it. */
  #last: StepInput
  /** Result of the last step, not read yet: float32 [2]. */
  #metrics: TensorHandle | null = null
  readonly #settings: string | null
  readonly #plannedSteps: number
  #stepsRun = 0
  /** Whether what was chosen is kept for runs with the same settings. */
  #isKept: boolean

  private constructor(backend: TensorFlowBackend, spec: StepSpec, options: CompileOptions, bfloat16: Bfloat16Support) {
    this.#backend = backend
    this.#spec = spec
    this.#layout = new WeightLayout(spec.model.weights, (weight) => {
      return !backend.context.hasGpu() && isAlone(weight, spec.optimizer)
    })
    const noTokens = new Int32Array(spec.batchSize * spec.blockSize)
    this.#last = { step: 1, learningRate: 0, batch: { x: noTokens, y: noTokens } }
    const variables = (): Variable[] => this.#layout.vectors.map(({ size }) => new Variable(backend.context, [size]))
    const state = { weights: variables(), expAvg: variables(), expAvgSq: variables() }
    this.#state = state
    this.tensors = stateTensors(this.#layout, {
      read: (part, { vector, offset, size }) => Promise.resolve((state[part][vector] as Variable).read(offset, size)),
      release: (numbers) => {
        free([numbers])
      },
    })
    this.#settings = options.settings ?? null
    this.#plannedSteps = options.plannedSteps ?? Infinity
    const before = this.#settings === null ? null : (backend.chosen?.find(this.#settings) ?? null)
    this.#isKept = before !== null
    const trials = {
      // Only XLA compiles by running: beside a step a second one takes as much memory again.
      prepare: async (mode: StepMode) => {
        if (mode.tier === 'xla') await this.#compile(mode)
        else this.#functionOf(mode)
      },
      measure: (mode: StepMode) => this.#onCopies(this.#functionOf(mode), stepsPerMeasure),
    }
    this.#choice = new Autotuner(options, bfloat16, trials, before)
  }

  /** Records the step; waits for XLA where the first step needs it. */
  static async create(
    backend: TensorFlowBackend,
    spec: StepSpec,
    options: CompileOptions,
    bfloat16: Bfloat16Support,
  ): Promise<TensorFlowTrainStep> {
    const step = new TensorFlowTrainStep(backend, spec, options, bfloat16)
    const { mode } = step.#choice
    if (mode.tier === 'xla') await step.#compileAtStart(mode)
    else step.#functionOf(mode)
    step.#choice.start()
    return step
  }

  get timings(): readonly StepTiming[] {
    return this.#choice.timings
  }

  get settled(): boolean {
    return this.#choice.settled
  }

  async run(input: StepInput): Promise<StepMode> {
    const { context } = this.#backend
    // The first step is shown at once: nothing is tried before it.
    if (this.#metrics || this.#choice.follows) await this.#choice.decide(input.step)
    this.#last = input
    const { mode } = this.#choice
    const feeds = this.#feeds(input)
    const variables = handlesOf(inOrder(this.#state))
    try {
      const [metrics] = await context.executeAsync(this.#functionOf(mode), [...feeds, ...variables], 1)
      if (this.#metrics) context.release([this.#metrics])
      this.#metrics = metrics ?? null
    } finally {
      context.release(feeds)
    }
    this.#stepsRun++
    this.#keepChoice()
    return mode
  }

  /** Once nothing is left to choose, or no step to choose for. */
  #keepChoice(): void {
    if (this.#isKept || this.#settings === null) return
    if (!this.#choice.settled && this.#stepsRun < this.#plannedSteps) return
    this.#isKept = true
    this.#backend.chosen?.keep(this.#settings, this.#choice.chosen)
  }

  readMetrics(): Promise<StepMetrics> {
    if (!this.#metrics) return Promise.reject(new AppError('engine.failed', { detail: 'no step was run' }))
    const [lossNats = NaN, gradNorm = NaN] = this.#numbers(this.#metrics)
    return Promise.resolve({ lossNats, gradNorm })
  }

  async evaluate(batch: Tokens): Promise<TokenScores> {
    this.#evaluation ??= recordEvaluation(this.#backend, this.#spec, this.#layout)
    const { context } = this.#backend
    const feeds = this.#batchFeeds(batch)
    try {
      const inputs = [...feeds, ...handlesOf(this.#state.weights)]
      const [scores] = (await context.executeAsync(this.#evaluation.name, inputs, 1)) as [TensorHandle]
      try {
        return scoresIn(this.#numbers(scores).slice())
      } finally {
        context.release([scores])
      }
    } finally {
      context.release(feeds)
    }
  }

  readWeights(): Promise<Map<string, TensorData>> {
    return readAll(this.tensors.weights)
  }

  writeWeights(weights: TensorSource): void {
    this.#write(this.#state.weights, weights)
  }

  writeOptimizer(state: TensorSource): void {
    const { expAvg, expAvgSq } = momentsOf(state)
    this.#write(this.#state.expAvg, expAvg)
    this.#write(this.#state.expAvgSq, expAvgSq)
  }

  /** Vector by vector: never a second copy of all of them. */
  #write(variables: readonly Variable[], tensors: TensorSource): void {
    this.#layout.vectors.forEach((vector, i) => {
      const packed = vector.pack(tensors)
      variables[i]?.drop()
      variables[i]?.write(packed)
      free([packed])
    })
  }

  release(tensors: ReadonlyMap<string, TensorData>): void {
    free(Array.from(tensors.values(), ({ data }) => data))
  }

  close(): void {
    if (this.#metrics) this.#backend.context.release([this.#metrics])
    this.#metrics = null
    for (const variable of inOrder(this.#state)) variable.destroy()
    if (this.#evaluation) this.#remove(this.#evaluation)
    this.#choice.close()
    // A compilation cannot be cut short, and whoever stops a run should not wait for it.
    void this.#choice.preparing.then(() => {
      for (const each of this.#functions.values()) this.#remove(each)
    })
  }

  #remove({ name, called }: RecordedFunction): void {
    for (const each of [name, ...called]) this.#backend.context.removeFunction(each)
  }

  /** By running a step on copies of the state. */
  #compile(mode: StepMode): Promise<void> {
    return this.#compiling(mode, () => this.#onCopies(this.#functionOf(mode), 1))
  }

  /** By running a step on the state itself, in which nothing is yet: copies would be what takes most memory in a run. */
  async #compileAtStart(mode: StepMode): Promise<void> {
    const state = inOrder(this.#state)
    try {
      await this.#compiling(mode, () => this.#measure(this.#functionOf(mode), 1, state))
    } finally {
      for (const variable of state) {
        variable.drop()
        variable.clear()
      }
    }
  }

  #compiling(mode: StepMode, attempt: () => Promise<unknown>): Promise<void> {
    return this.#backend.compiling(async () => {
      // A second try needs a new function: TensorFlow remembers by its name that the first one failed.
      const failed = this.#functions.get(keyOf(mode))
      if (failed) this.#remove(failed)
      this.#functions.delete(keyOf(mode))
      await attempt()
    })
  }

  #functionOf(mode: StepMode): string {
    const key = keyOf(mode)
    let recorded = this.#functions.get(key)
    if (recorded === undefined) {
      recorded = recordTrainingStep(this.#backend, this.#spec, this.#layout, mode)
      this.#functions.set(key, recorded)
    }
    return recorded.name
  }

  /** Measures on copies of the state, which nobody else sees, dropping nothing: each way would draw other masks. */
  async #onCopies(name: string, count: number): Promise<{ stepMs: number; lossNats: number }> {
    const copies = inOrder(this.#state).map((variable) => variable.copy())
    try {
      return await this.#measure(name, count, copies)
    } finally {
      for (const copy of copies) copy.destroy()
    }
  }

  /** Runs steps that change `state`: compiles, and tells how long one takes. */
  async #measure(
    name: string,
    count: number,
    state: readonly Variable[],
  ): Promise<{ stepMs: number; lossNats: number }> {
    const { context } = this.#backend
    const feeds = this.#feeds(this.#last, keepsAll)
    let stepMs = Infinity
    let lossNats = NaN
    try {
      const inputs = [...feeds, ...handlesOf(state)]
      for (let i = 0; i < count; i++) {
        const began = performance.now()
        const outputs = await context.executeAsync(name, inputs, 1)
        // Reading waits for the device: a graphics card takes commands faster than it works.
        lossNats = outputs.flatMap((output) => [...this.#numbers(output)])[0] ?? NaN
        stepMs = Math.min(stepMs, performance.now() - began)
        context.release(outputs)
      }
      return { stepMs, lossNats }
    } finally {
      context.release(feeds)
    }
  }

  /** @param flags of the dropout key */
  #feeds({ step, learningRate, batch }: StepInput, flags = 0n): TensorHandle[] {
    const { context } = this.#backend
    const rates = packRates(ratesAt(this.#spec.optimizer, step, learningRate))
    const key = BigInt64Array.of((BigInt(this.#spec.seed) << 32n) | flags | BigInt(step))
    return [
      ...this.#batchFeeds(batch),
      context.newHandle(dtypes.float32, [rates.length], rates),
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

/** Before the garbage collector would, which does not hurry for what lies outside of its heap. */
function free(arrays: readonly Float32Array[]): void {
  for (const buffer of new Set(arrays.map((array) => array.buffer))) {
    if (buffer instanceof ArrayBuffer) buffer.transfer(0)
  }
}
