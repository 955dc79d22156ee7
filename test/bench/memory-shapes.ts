import type { RunConfig } from '../../src-preload/contract/records/run-config'

export interface MemoryShape {
  readonly name: string
  readonly vocabSize: number
  readonly config: Partial<RunConfig>
  /** The terms of the prediction were fitted to it; the others only check them. */
  readonly fitted?: true
}

const gpt = (nLayer: number, nEmbd: number, blockSize: number, batchSize: number): Partial<RunConfig> => ({
  nLayer,
  nEmbd,
  nHead: nEmbd / 32,
  blockSize,
  batchSize,
  compile: 'graph',
})
const llama = (...shape: Parameters<typeof gpt>): Partial<RunConfig> => ({ ...gpt(...shape), model: 'llama' })
const lstm = (nEmbd: number, blockSize: number, batchSize: number): Partial<RunConfig> => ({
  ...gpt(2, nEmbd, blockSize, batchSize),
  model: 'lstm',
})
const muon = { optimizer: 'muon' } as const
const float32 = { precision: 'float32' } as const
const bfloat16 = { precision: 'bfloat16' } as const
const dropping = { dropout: 0.1 } as const
const auto = { compile: 'auto' } as const
const xla = { compile: 'xla' } as const

export const memoryShapes: readonly MemoryShape[] = [
  { name: 'a: GPT 4 × 128, T 64, B 12', vocabSize: 512, config: gpt(4, 128, 64, 12), fitted: true },
  {
    name: 'b: GPT 6 × 192, T 128, B 16, dropout',
    vocabSize: 1024,
    config: { ...gpt(6, 192, 128, 16), dropout: 0.1 },
  },
  { name: 'c: GPT 6 × 384, T 256, B 16', vocabSize: 1024, config: gpt(6, 384, 256, 16), fitted: true },
  {
    name: 'd: GPT 6 × 384, T 256, B 16 in 4 parts',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 16), accumulation: 4 },
    fitted: true,
  },
  { name: 'e: GPT 2 × 256, T 256, B 8, V 32k', vocabSize: 32_768, config: gpt(2, 256, 256, 8), fitted: true },
  { name: 'f: Llama 6 × 384, T 256, B 8', vocabSize: 2048, config: llama(6, 384, 256, 8), fitted: true },
  {
    name: 'g: Llama 8 × 512, T 128, B 4, Muon',
    vocabSize: 4096,
    config: { ...llama(8, 512, 128, 4), ...muon },
    fitted: true,
  },
  { name: 'h: LSTM 2 × 128, T 64, B 64', vocabSize: 2000, config: lstm(128, 64, 64) },
  { name: 'i: LSTM 2 × 512, T 64, B 64', vocabSize: 4096, config: lstm(512, 64, 64), fitted: true },
  { name: 'j: LSTM 2 × 1024, T 64, B 16', vocabSize: 1024, config: lstm(1024, 64, 16), fitted: true },
  { name: 'k: GPT 8 × 768, T 64, B 2', vocabSize: 1024, config: gpt(8, 768, 64, 2), fitted: true },
  {
    name: 'l: GPT 6 × 384, T 256, B 8, dropout',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 8), dropout: 0.2 },
    fitted: true,
  },
  {
    name: 'm: Llama 4 × 128, T 64, B 12, Muon, dropout',
    vocabSize: 512,
    config: { ...llama(4, 128, 64, 12), ...muon, dropout: 0.1 },
  },
  {
    name: 'n: Llama 6 × 384, T 128, B 32 in 4 parts, Muon',
    vocabSize: 1024,
    config: { ...llama(6, 384, 128, 32), ...muon, accumulation: 4 },
  },
  {
    name: 'o: LSTM 2 × 256, T 64, B 64 in 2 parts, dropout',
    vocabSize: 2000,
    config: { ...lstm(256, 64, 64), accumulation: 2, dropout: 0.2 },
  },
  {
    name: 'p: GPT 8 × 512, T 256, B 8 in 2 parts, dropout',
    vocabSize: 4096,
    config: { ...gpt(8, 512, 256, 8), accumulation: 2, dropout: 0.1 },
  },
  { name: 'q: GPT 4 × 256, T 512, B 8', vocabSize: 512, config: gpt(4, 256, 512, 8), fitted: true },
  { name: 'r: Llama 4 × 256, T 128, B 8, V 16k', vocabSize: 16_384, config: { ...llama(4, 256, 128, 8), ...muon } },
  {
    name: 's: GPT 8 × 768, T 64, B 2, float32',
    vocabSize: 1024,
    config: { ...gpt(8, 768, 64, 2), ...float32 },
    fitted: true,
  },
  {
    name: 't: GPT 6 × 384, T 256, B 8, float32',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 8), ...float32 },
    fitted: true,
  },
  { name: 'u: LSTM 2 × 512, T 64, B 16, float32', vocabSize: 1024, config: { ...lstm(512, 64, 16), ...float32 } },
  {
    name: 'v: Llama 6 × 384, T 128, B 8, Muon, float32',
    vocabSize: 1024,
    config: { ...llama(6, 384, 128, 8), ...muon, ...float32 },
  },
  {
    name: 'A: GPT 4 × 128, T 64, B 12, auto',
    vocabSize: 512,
    config: { ...gpt(4, 128, 64, 12), ...auto },
    fitted: true,
  },
  {
    name: 'B: GPT 6 × 192, T 128, B 16, auto',
    vocabSize: 1024,
    config: { ...gpt(6, 192, 128, 16), ...auto },
    fitted: true,
  },
  {
    name: 'F: Llama 6 × 192, T 128, B 16, Muon, auto',
    vocabSize: 1024,
    config: { ...llama(6, 192, 128, 16), ...muon, ...auto },
  },
  { name: 'I: LSTM 2 × 256, T 64, B 64, auto', vocabSize: 2000, config: { ...lstm(256, 64, 64), ...auto } },
  {
    name: 'L: GPT 6 × 384, T 256, B 4, auto',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 4), ...auto },
    fitted: true,
  },
  {
    name: 'K: GPT 6 × 512, T 64, B 2, auto',
    vocabSize: 1024,
    config: { ...gpt(6, 512, 64, 2), ...auto },
    fitted: true,
  },
  {
    name: 'C: GPT 6 × 384, T 256, B 16, auto',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 16), ...auto },
    fitted: true,
  },
  {
    name: 'GPT 6 × 384, T 256, B 15, not halved, auto',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 15), ...auto },
    fitted: true,
  },
  {
    name: 'D: GPT 6 × 384, T 256, B 16 in 4 parts, auto',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 16), accumulation: 4, ...auto },
  },
  {
    name: 'w: GPT 6 × 384, T 256, B 16, computed again',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 16), activationCheckpointing: 'on' },
  },
  {
    name: 'x: Llama 8 × 256, T 256, B 16, dropout, computed again',
    vocabSize: 1024,
    config: { ...llama(8, 256, 256, 16), ...muon, dropout: 0.2, activationCheckpointing: 'on' },
  },
  {
    name: 'y: GPT 12 × 128, T 256, B 8, in 2 parts, computed again',
    vocabSize: 512,
    config: { ...gpt(12, 128, 256, 8), accumulation: 2, activationCheckpointing: 'on' },
  },
  {
    name: 'XLA: GPT 6 × 384, T 256, B 4, float32',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 4), ...xla, ...float32 },
    fitted: true,
  },
  {
    name: 'XLA: GPT 6 × 384, T 256, B 16, float32',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 16), ...xla, ...float32 },
    fitted: true,
  },
  {
    name: 'XLA: Llama 6 × 192, T 128, B 16, Muon, bfloat16',
    vocabSize: 1024,
    config: { ...llama(6, 192, 128, 16), ...muon, ...xla, ...bfloat16 },
    fitted: true,
  },
  {
    name: 'XLA: LSTM 2 × 256, T 64, B 64, float32',
    vocabSize: 2000,
    config: { ...lstm(256, 64, 64), ...xla, ...float32 },
  },
  {
    name: 'XLA: GPT 4 × 256, T 512, B 8, float32',
    vocabSize: 512,
    config: { ...gpt(4, 256, 512, 8), ...xla, ...float32 },
  },
  {
    name: 'XLA: GPT 6 × 384, T 256, B 16 in 4 parts, float32',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 16), ...xla, ...float32, accumulation: 4 },
  },
  {
    name: 'XLA: GPT 6 × 384, T 256, B 15, not halved, float32',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 15), ...xla, ...float32 },
  },
  {
    name: 'XLA: GPT 8 × 768, T 64, B 2, float32',
    vocabSize: 1024,
    config: { ...gpt(8, 768, 64, 2), ...xla, ...float32 },
    fitted: true,
  },
  {
    name: 'XLA: GPT 8 × 512, T 256, B 8, bfloat16',
    vocabSize: 2048,
    config: { ...gpt(8, 512, 256, 8), ...xla, ...bfloat16 },
  },
  {
    name: 'XLA: Llama 6 × 384, T 128, B 8, Muon, dropout, bfloat16',
    vocabSize: 1024,
    config: { ...llama(6, 384, 128, 8), ...muon, ...xla, dropout: 0.1, ...bfloat16 },
    fitted: true,
  },
  {
    name: 'XLA: Llama 6 × 384, T 128, B 8, float32',
    vocabSize: 1024,
    config: { ...llama(6, 384, 128, 8), ...xla, ...float32 },
  },
  {
    name: 'XLA: Llama 6 × 384, T 128, B 8, bfloat16',
    vocabSize: 1024,
    config: { ...llama(6, 384, 128, 8), ...xla, ...bfloat16 },
  },
  {
    name: 'XLA: Llama 6 × 384, T 128, B 8, Muon, float32',
    vocabSize: 1024,
    config: { ...llama(6, 384, 128, 8), ...muon, ...xla, ...float32 },
  },
  {
    name: 'XLA: GPT 6 × 384, T 256, B 4, dropout, float32',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 4), ...xla, ...float32, ...dropping },
  },
  {
    name: 'XLA: GPT 6 × 384, T 256, B 8, dropout, float32',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 8), ...xla, ...float32, ...dropping },
    fitted: true,
  },
  {
    name: 'XLA: GPT 4 × 256, T 512, B 8, dropout, float32',
    vocabSize: 512,
    config: { ...gpt(4, 256, 512, 8), ...xla, ...float32, ...dropping },
    fitted: true,
  },
  {
    name: 'XLA: GPT 6 × 384, T 256, B 16 in 4 parts, dropout, float32',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 16), ...xla, ...float32, ...dropping, accumulation: 4 },
  },
  {
    name: 'XLA: GPT 6 × 192, T 128, B 16, dropout, bfloat16',
    vocabSize: 1024,
    config: { ...gpt(6, 192, 128, 16), ...xla, ...bfloat16, ...dropping },
  },
  {
    name: 'XLA: Llama 6 × 192, T 128, B 16, dropout, float32',
    vocabSize: 1024,
    config: { ...llama(6, 192, 128, 16), ...xla, ...float32, ...dropping },
  },
  {
    name: 'XLA: Llama 8 × 256, T 128, B 8, Muon, dropout, bfloat16',
    vocabSize: 2048,
    config: { ...llama(8, 256, 128, 8), ...muon, ...xla, ...bfloat16, ...dropping },
  },
  {
    name: 'XLA: LSTM 2 × 256, T 64, B 64, dropout, float32',
    vocabSize: 2000,
    config: { ...lstm(256, 64, 64), ...xla, ...float32, ...dropping },
  },
  {
    name: 'XLA: LSTM 2 × 512, T 64, B 32, dropout, bfloat16',
    vocabSize: 2000,
    config: { ...lstm(512, 64, 32), ...xla, ...bfloat16, ...dropping },
  },
  {
    name: 'GPT 6 × 192, T 128, B 16, dropout, auto',
    vocabSize: 1024,
    config: { ...gpt(6, 192, 128, 16), ...auto, ...dropping },
  },
  {
    name: 'GPT 6 × 384, T 256, B 4, dropout, auto',
    vocabSize: 1024,
    config: { ...gpt(6, 384, 256, 4), ...auto, ...dropping },
    fitted: true,
  },
  {
    name: 'Llama 6 × 192, T 128, B 16, Muon, dropout, auto',
    vocabSize: 1024,
    config: { ...llama(6, 192, 128, 16), ...muon, ...auto, ...dropping },
  },
  {
    name: 'LSTM 2 × 256, T 64, B 64, dropout, auto',
    vocabSize: 2000,
    config: { ...lstm(256, 64, 64), ...auto, ...dropping },
  },
]
