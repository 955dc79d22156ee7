import { AppError } from '../../../src-preload/contract/errors'
import type { ResumedFrom } from '../../../src-preload/contract/records/checkpoints'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { modelFrom } from '../model/registry'
import { openCheckpoint, statesToResume, type OpenCheckpoint } from '../checkpoint'
import { drawnWeights } from '../model/init'
import type { TrainStep } from '../train-step'

/** What a state must be one of: numbers for other tokens, or of other shapes, would mean something else. */
export interface OwnRun {
  readonly runDir: string
  readonly config: RunConfig
  readonly vocabSize: number
  readonly tokenizerHash: string
}

export interface Resumed {
  readonly checkpoint: OpenCheckpoint
  /** null: the newest state, as ever. */
  readonly from: ResumedFrom | null
}

/**
 * The newest state that is whole and of this run; one that is not is passed over for the one before, and in the end for the
 * best one.
 *
 * @param fromBest go on from the best one instead, and why
 * @returns null where there never was one
 * @throws `checkpoint.damaged`, `checkpoint.missing`: of the first, where none of them can be used
 */
export async function stateToResume(own: OwnRun, fromBest?: ResumedFrom['reason']): Promise<Resumed | null> {
  let problem: AppError | null = null
  for (const dir of await statesToResume(own.runDir, fromBest !== undefined)) {
    try {
      const checkpoint = await openCheckpoint(dir)
      ensureOwn(checkpoint, own)
      const { kind, step } = checkpoint
      const reason = fromBest ?? (problem === null ? null : 'damaged')
      return { checkpoint, from: reason === null ? null : { kind, step, reason } }
    } catch (thrown) {
      if (!(thrown instanceof AppError) || !thrown.code.startsWith('checkpoint.')) throw thrown
      problem ??= thrown
    }
  }
  if (problem !== null) throw problem
  return null
}

/**
 * The weights of another run's checkpoint, for a run with its tokenizer and architecture.
 * @throws `checkpoint.damaged`, `checkpoint.missing`
 */
export async function weightsOf(dir: string, own: OwnRun): Promise<OpenCheckpoint['weights']> {
  const checkpoint = await openCheckpoint(dir, { optimizer: false })
  ensureOwn(checkpoint, own)
  return checkpoint.weights
}

/** The state as it was saved; null: the weights that a run begins with, and an optimizer that stays as it is. */
export function restore(trainStep: TrainStep, own: OwnRun, from: OpenCheckpoint | null): void {
  const { config, vocabSize } = own
  trainStep.writeWeights(from?.weights ?? drawnWeights(modelFrom(config, vocabSize).weights, config.seed))
  if (from?.optimizer) trainStep.writeOptimizer(from.optimizer)
  from?.weights.free()
  from?.optimizer?.free()
}

function ensureOwn(checkpoint: OpenCheckpoint, { config, vocabSize, tokenizerHash }: OwnRun): void {
  if (checkpoint.tokenizerHash !== tokenizerHash) throw new AppError('checkpoint.damaged', { file: 'tokenizer.json' })
  for (const { name, shape } of modelFrom(config, vocabSize).weights) {
    const found = checkpoint.weights.shapes.get(name)?.join() ?? ''
    if (found !== shape.join()) {
      throw new AppError('checkpoint.damaged', { file: `${name} [${found}] ≠ [${shape.join()}]` })
    }
  }
}
