import { readFileSync } from 'node:fs'

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
