import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { Precision, StepTiming, Tier } from '../../src-preload/contract/records/steps'
import type { ForwardOptions } from './forward'
import type { Model } from './model/architecture'
import type { OptimizerSettings } from './optim/optimizer'
import type { TensorData, TensorSource } from './ops'
import type { StateTensors } from './state-tensors'

/** Everything that a training step is made of. */
export interface StepSpec extends ForwardOptions {
  /** The order of its weights is that of `tensors`. */
  readonly model: Model
  readonly batchSize: number
  readonly blockSize: number
  /** Micro-batches that a step's gradient is summed over, one after the other; divides `batchSize`. */
  readonly accumulation: number
  /** Of the dropout masks. */
  readonly seed: number
  readonly optimizer: OptimizerSettings
  /** Global gradient norm; 0 turns clipping off. */
  readonly gradClip: number
}

/** One way to compute the same step; ways differ in the last bits. */
export interface StepMode {
  readonly tier: Tier
  readonly precision: Precision
}

export interface CompileOptions {
  /** `auto` starts as a plain graph and moves to XLA when it is compiled and faster. */
  readonly compile: RunConfig['compile']
  /** Of the matrix products; absent: float32. `auto` starts in float32. */
  readonly precision?: RunConfig['precision']
  /** Steps to come: how much measuring is worth its time. Absent: none. */
  readonly plannedSteps?: number
  /** Equal for runs that are to compute the same bits (plan/same-settings.ts). Absent: equal to nothing. */
  readonly settings?: string
}

/** x: the tokens, y: the next of each, -1 where it does not count; both int32 [B, T], row by row. */
export interface Tokens {
  readonly x: Int32Array
  readonly y: Int32Array
}

/** One optimizer step. */
export interface StepInput {
  /** From 1: decides bias correction and dropout masks. */
  readonly step: number
  readonly learningRate: number
  readonly batch: Tokens
}

export interface StepMetrics {
  /** Mean over the batch's tokens that count, before the step. */
  readonly lossNats: number
  /** Before clipping. */
  readonly gradNorm: number
}

/** Of each token of a batch, row by row; 0 where it does not count. */
export interface TokenScores {
  readonly lossNats: Float32Array
  /** 1 where the likeliest guess is right. */
  readonly right: Float32Array
}

/** A compiled training step together with the state that it changes. */
export interface TrainStep {
  /** @returns how it was computed */
  run(input: StepInput): Promise<StepMode>
  /** Of the ways to compute a step that were tried so far. */
  readonly timings: readonly StepTiming[]
  /** Whether the way stays as it is. */
  readonly settled: boolean
  /** Of the last step. Waits for the device: only at the log interval. */
  readMetrics(): Promise<StepMetrics>
  /** Dropout off. Deterministic whatever the tier of the training step. */
  evaluate(batch: Tokens): Promise<TokenScores>
  /** As it is while no step is under way. */
  readonly tensors: StateTensors
  /** All at once, for a decoder. */
  readWeights(): Promise<Map<string, TensorData>>
  /** @throws `checkpoint.damaged` when a name is missing or a shape differs; no step may be run then */
  writeWeights(weights: TensorSource): void
  /** @throws as `writeWeights` */
  writeOptimizer(state: TensorSource): void
  /**
   * Gives back the memory of what `readWeights` gave, which nobody may use from then on: where the engine left copies on the
   * host, they would pile up until the garbage collector comes.
   */
  release(tensors: ReadonlyMap<string, TensorData>): void
  /** Frees the state. Not while a step or an evaluation is under way. */
  close(): void
}
