import type { EngineId } from '../../src-preload/contract/records/computer'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { OurMode } from './our-modes'

export interface Shape {
  readonly name: string
  readonly vocabSize: number
  readonly config: Partial<RunConfig>
}

/** Where the step benchmark runs, and what is worth measuring there. */
export interface Device {
  readonly engine: Exclude<EngineId, 'wasm'>
  /** PyTorch's name of it. */
  readonly torch: 'cpu' | 'cuda'
  /** A graphics card takes commands faster than it works: it is waited for once in that many steps, as in a run. */
  readonly stepsPerWait: number
  readonly ourModes: readonly OurMode[]
  readonly shapes: readonly Shape[]
}

const processorShapes: readonly Shape[] = [
  { name: 'GPT 4 × 128, T 64, B 12, V 65', vocabSize: 65, config: { nLayer: 4, nHead: 4, nEmbd: 128 } },
  { name: 'GPT 4 × 128, T 64, B 12, V 512', vocabSize: 512, config: { nLayer: 4, nHead: 4, nEmbd: 128 } },
  {
    name: 'GPT 6 × 384, T 256, B 4, V 65',
    vocabSize: 65,
    config: { nLayer: 6, nHead: 6, nEmbd: 384, blockSize: 256, batchSize: 4 },
  },
  {
    name: 'GPT-2 12 × 768, T 256, B 1, V 50257',
    vocabSize: 50_257,
    config: { nLayer: 12, nHead: 12, nEmbd: 768, blockSize: 256, batchSize: 1 },
  },
  {
    name: 'Llama 6 × 384, T 256, B 4, V 65',
    vocabSize: 65,
    config: { model: 'llama', nLayer: 6, nHead: 6, nEmbd: 384, blockSize: 256, batchSize: 4 },
  },
  {
    name: 'Llama 12 × 768, T 256, B 1, V 50257',
    vocabSize: 50_257,
    config: { model: 'llama', nLayer: 12, nHead: 12, nEmbd: 768, blockSize: 256, batchSize: 1 },
  },
  {
    name: 'LSTM 2 × 128, T 64, B 64, V 2000',
    vocabSize: 2000,
    config: { model: 'lstm', nLayer: 2, nEmbd: 128, batchSize: 64 },
  },
  {
    name: 'LSTM 2 × 650, T 64, B 20, V 2000',
    vocabSize: 2000,
    config: { model: 'lstm', nLayer: 2, nEmbd: 650, batchSize: 20 },
  },
]

/** nanoGPT's: its shakespeare_char, and GPT-2 small with the vocabulary padded to a multiple of 128, as it does. */
const cardShapes: readonly Shape[] = [
  {
    name: 'GPT 6 × 384, T 256, B 64, V 65',
    vocabSize: 65,
    config: { nLayer: 6, nHead: 6, nEmbd: 384, blockSize: 256, batchSize: 64 },
  },
  {
    name: 'GPT-2 12 × 768, T 1024, B 8, V 50304',
    vocabSize: 50_304,
    config: { nLayer: 12, nHead: 12, nEmbd: 768, blockSize: 1024, batchSize: 8 },
  },
]

export const devices = {
  processor: {
    engine: 'tensorflow',
    torch: 'cpu',
    stepsPerWait: 1,
    ourModes: ['xla float32', 'graph float32', 'xla bfloat16', 'graph bfloat16', 'op by op'],
    shapes: processorShapes,
  },
  cuda: {
    engine: 'cuda',
    torch: 'cuda',
    stepsPerWait: 10,
    ourModes: ['xla float32', 'graph float32', 'xla bfloat16', 'graph bfloat16'],
    shapes: cardShapes,
  },
  webgpu: { engine: 'webgpu', torch: 'cuda', stepsPerWait: 10, ourModes: ['op by op'], shapes: cardShapes },
} as const satisfies Record<string, Device>

export type DeviceName = keyof typeof devices

/** @param name of `HOMEGROWN_BENCH_DEVICE` */
export function deviceNamed(name: string): Device {
  if (name in devices) return devices[name as DeviceName]
  throw new Error(`HOMEGROWN_BENCH_DEVICE: one of ${Object.keys(devices).join(', ')}`)
}
