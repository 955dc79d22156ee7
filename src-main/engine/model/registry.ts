import type { ModelKind } from '../../../src-preload/contract/limits'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { modelOf, type Architecture, type Model, type NetworkFields } from './architecture'
import { gpt2 } from './gpt2'
import { llama } from './llama'
import { lstm } from './lstm'

type FromRun = (run: NetworkFields & Pick<RunConfig, 'model'>, vocabSize: number) => Model

const fromRun =
  <C>(architecture: Architecture<C>): FromRun =>
  (run, vocabSize) =>
    modelOf(architecture, architecture.configFrom(run, vocabSize))

/** A new architecture is a file like theirs and a line here, a kind in contract/limits.ts, and words in the renderer's text/. */
const architectures: Record<ModelKind, FromRun> = {
  llama: fromRun(llama),
  gpt: fromRun(gpt2),
  lstm: fromRun(lstm),
}

/** The network that a run trains, for a vocabulary of `vocabSize` tokens. */
export const modelFrom: FromRun = (run, vocabSize) => architectures[run.model](run, vocabSize)
