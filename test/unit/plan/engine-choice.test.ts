import { expect, it } from 'vitest'
import { chooseEngine } from '../../../src-main/plan/engine-choice'
import { engineId, type EngineId, type EngineInfo } from '../../../src-preload/contract/records/computer'

/** These work, with their step times; the rest does not. */
const engines = (times: Partial<Record<EngineId, number | null>>): EngineInfo[] =>
  engineId.options.map((engine) => ({
    engine,
    available: engine in times,
    version: null,
    location: null,
    hardware: null,
    stepMs: times[engine] ?? null,
    measuredAt: null,
    problem: engine in times ? null : { code: 'engine.unavailable', params: {} },
  }))

it.each([
  [
    'an NVIDIA card before what is measured to be faster',
    { cuda: 50, tensorflow: 9, webgpu: 5, wasm: 90 },
    'card',
    ['cuda', 'webgpu', 'tensorflow', 'wasm'],
  ],
  ['the faster of two: the card', { tensorflow: 9, webgpu: 5, wasm: 90 }, 'faster', ['webgpu', 'tensorflow', 'wasm']],
  [
    'the faster of two: the processor',
    { tensorflow: 5, webgpu: 9, wasm: 90 },
    'faster',
    ['tensorflow', 'webgpu', 'wasm'],
  ],
  [
    'TensorFlow while one is not measured',
    { tensorflow: 9, webgpu: null, wasm: 1 },
    'notMeasured',
    ['tensorflow', 'webgpu', 'wasm'],
  ],
  ['the only fast one', { webgpu: null, wasm: 1 }, 'only', ['webgpu', 'wasm']],
  ['the built-in one where nothing else works', { wasm: 90 }, 'builtIn', ['wasm']],
] as const)('automatic: %s', (_, times, reason, order) => {
  expect(chooseEngine(engines(times), 'auto')).toEqual({ order, reason })
})

it('takes the one that is named, however slow', () => {
  expect(chooseEngine(engines({ cuda: 1, tensorflow: 9, wasm: 90 }), 'wasm')).toEqual({
    order: ['wasm', 'cuda', 'tensorflow'],
    reason: 'named',
  })
})

it('takes the next best for one that is named and does not work', () => {
  expect(chooseEngine(engines({ tensorflow: 9, wasm: 90 }), 'webgpu')).toEqual({
    order: ['tensorflow', 'wasm'],
    reason: 'notHere',
  })
})
