import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'

/** The processor's model and the threads that are ours: what an engine on it is measured on. */
export const processorName = (): string => `${cpus()[0]?.model.trim() ?? ''} × ${availableParallelism()}`

/**
 * Whether this processor multiplies bfloat16 numbers itself (AVX-512 BF16, AMX). Only Linux says so in a file; elsewhere
 * the answer is no: emulated bfloat16 is slower than float32.
 */
export function hasNativeBfloat16(): boolean {
  if (process.platform !== 'linux') return false
  try {
    return /\b(avx512_bf16|amx_bf16)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))
  } catch {
    return false
  }
}
