import type { RunConfig } from '../../src-preload/contract/records'

export interface MemoryShape {
  readonly name: string
  readonly vocabSize: number
  readonly config: Partial<RunConfig>
}

const gpt = (nLayer: number, nEmbd: number, blockSize: number, batchSize: number): Partial<RunConfig> => ({
  nLayer,
  nEmbd,
  nHead: nEmbd / 32,
  blockSize,
  batchSize,
})
const lstm = (nEmbd: number, blockSize: number, batchSize: number): Partial<RunConfig> => ({
  ...gpt(2, nEmbd, blockSize, batchSize),
  model: 'lstm',
})
const graph = { compile: 'graph' } as const

export const memoryShapes: readonly MemoryShape[] = [
  { name: 'a: GPT 4 × 128, T 64, B 12', vocabSize: 512, config: { ...gpt(4, 128, 64, 12), ...graph } },
  { name: 'b: GPT 6 × 192, T 128, B 16', vocabSize: 1024, config: { ...gpt(6, 192, 128, 16), ...graph } },
  { name: 'c: GPT 6 × 384, T 256, B 16', vocabSize: 1024, config: { ...gpt(6, 384, 256, 16), ...graph } },
  {
    name: 'd: GPT 6 × 384, T 256, B 16 in 4 parts',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 16), accumulation: 4, ...graph },
  },
  {
    name: 'l: GPT 6 × 384, T 256, B 16, blocks computed again',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 16), activationCheckpointing: 'on', ...graph },
  },
  { name: 'e: GPT 2 × 256, T 256, B 8, V 32k', vocabSize: 32_768, config: { ...gpt(2, 256, 256, 8), ...graph } },
  {
    name: 'f: Modern 6 × 384, T 256, B 8',
    vocabSize: 2048,
    config: { ...gpt(6, 384, 256, 8), model: 'modern', ...graph },
  },
  {
    name: 'g: Modern 8 × 512, T 128, B 4, Muon',
    vocabSize: 4096,
    config: { ...gpt(8, 512, 128, 4), model: 'modern', optimizer: 'muon', ...graph },
  },
  { name: 'h: LSTM 2 × 128, T 64, B 64', vocabSize: 2000, config: { ...lstm(128, 64, 64), ...graph } },
  { name: 'i: LSTM 2 × 512, T 64, B 64', vocabSize: 4096, config: { ...lstm(512, 64, 64), ...graph } },
  { name: 'j: LSTM 2 × 1024, T 64, B 16', vocabSize: 1024, config: { ...lstm(1024, 64, 16), ...graph } },
  { name: 'k: GPT 8 × 768, T 64, B 2', vocabSize: 1024, config: { ...gpt(8, 768, 64, 2), ...graph } },
]
