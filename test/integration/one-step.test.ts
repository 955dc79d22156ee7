import { vi } from 'vitest'
import type { Engine } from '../../src-main/engine/runtime/engine'
import { openTensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import { tensorflowDir } from '../tensorflow-dir'
import { open } from './engine-fixture'
import { expectOneStep } from './one-step-fixture'

vi.mock('../../src-main/engine/step', async (original) => (await import('./watched-step')).watched(original))

const onTensorFlow = (): Promise<Engine> => open('tensorflow')

/** As on a card, where XLA compiles the step whole. */
async function asOnCard(): Promise<Engine> {
  const { context } = await openTensorFlowBackend(tensorflowDir())
  const hasGpu = vi.spyOn(context, 'hasGpu').mockReturnValue(true)
  const engine = await onTensorFlow()
  return {
    ...engine,
    compileStep: async (...args) => {
      const step = await engine.compileStep(...args)
      hasGpu.mockRestore()
      return step
    },
  }
}

expectOneStep([
  { name: 'op by op in WASM', engine: () => open('wasm'), compile: 'graph' },
  { name: 'as a plain graph', engine: onTensorFlow, compile: 'graph' },
  { name: 'as stages in XLA', engine: onTensorFlow, compile: 'xla', change: { batchSize: 3 } },
  { name: 'as stages in XLA, in two shards', engine: onTensorFlow, compile: 'xla' },
  { name: 'whole in XLA', engine: asOnCard, compile: 'xla' },
])
