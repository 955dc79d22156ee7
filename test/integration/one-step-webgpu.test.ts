import { describe, vi } from 'vitest'
import { open } from './engine-fixture'
import { expectOneStep } from './one-step-fixture'
import { useSoftwareCard } from './vulkan'

vi.mock('../../src-main/engine/step', async (original) => (await import('./watched-step')).watched(original))

// By itself: the software card and TensorFlow each bring an LLVM, and one process takes only one.
const card = useSoftwareCard()
describe.skipIf(card === null)('with a software card', () => {
  expectOneStep([{ name: 'on WebGPU', engine: () => open('webgpu'), compile: 'graph' }])
})
