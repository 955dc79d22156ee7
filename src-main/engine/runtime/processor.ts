import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'

/** The processor's model and the threads that are ours: what an engine on it is measured on. */
export const processorName = (): string => `${cpus()[0]?.model.trim() ?? ''} × ${availableParallelism()}`

/** As Linux describes it; nothing elsewhere. */
function processorInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}

/** What machine code for this processor depends on: its model, what it can do as Linux says it, and the threads. */
export const processorKind = (): readonly string[] => [
  processorName(),
  /^(?:flags|Features)\s*:.*$/m.exec(processorInfo())?.[0] ?? '',
]

/**
 * What a product of bfloat16 numbers is worth: `none` where it is emulated and slower than float32, `native` where it has
 * to be tried, `tensorCores` where it is many times faster and the usual way.
 */
export type Bfloat16Support = 'none' | 'native' | 'tensorCores'

/**
 * Whether this processor multiplies bfloat16 numbers itself (AVX-512 BF16, AMX). Only Linux says so in a file; elsewhere
 * the answer is `none`: emulated bfloat16 is slower than float32.
 */
export const processorBfloat16 = (): Bfloat16Support =>
  /\b(avx512_bf16|amx_bf16)\b/.test(processorInfo()) ? 'native' : 'none'
