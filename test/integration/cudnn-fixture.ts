import { afterEach } from 'vitest'
import type { Engine } from '../../src-main/engine/runtime/engine'
import { openTensorFlowBackend, type TensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import type { Cudnn } from '../../src-main/engine/runtime/tensorflow/cudnn'
import { tensorflowDir } from '../tensorflow-dir'
import { open } from './engine-fixture'

/** A card's word for it, where there is none. */
export const anyCudnn: Cudnn = { hasLstm: () => true, hasAttention: () => true }

/** The engine, and its backend, which a test may tell of a card: it is forgotten when the test has ended. */
export async function openWithBackend(): Promise<{ engine: Engine; backend: TensorFlowBackend }> {
  const engine = await open('tensorflow')
  const backend = await openTensorFlowBackend(tensorflowDir())
  afterEach(() => {
    backend.cudnn = null
  })
  return { engine, backend }
}
