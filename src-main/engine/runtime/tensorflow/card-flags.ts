/** Of XLA, for all that it compiles in this process. */
const variable = 'XLA_FLAGS'
const deterministic = '--xla_gpu_deterministic_ops=true'

/**
 * How XLA compiles for a card, unless the person says it. It would time many kernels for each product: minutes of it for a
 * GPT-2 (docs/log/039), and another choice, so other last bits, in each process; and it would add up in whatever order threads
 * come along. Then a resumed run would leave its curve.
 */
export function setFlagsOfCard(): void {
  process.env[variable] ??= `--xla_gpu_autotune_level=0 --xla_gpu_enable_triton_gemm=false ${deterministic}`
}

/** Whether XLA gives the same bits each time on a card: its custom calls must be told the same as it is. */
export const isDeterministic = (): boolean => process.env[variable]?.includes(deterministic) ?? false
