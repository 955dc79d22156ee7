import type { EngineId, EngineInfo, EngineReason, EngineWish } from '../../src-preload/contract/records/computer'

export interface EngineChoice {
  /** What a run tries, first to last; WASM, which is always there, comes last. */
  readonly order: readonly EngineId[]
  /** Why the first of them is the first. */
  readonly reason: EngineReason
}

/** Needs a figure only where two of them are possible. */
export const isCompared = ({ engine, available }: EngineInfo): boolean =>
  available && (engine === 'webgpu' || engine === 'tensorflow')

/**
 * CUDA before the rest, which no processor comes near; of WebGPU and TensorFlow the one that was measured to be faster;
 * WASM last. What is wished for by name goes first where it works.
 */
export function chooseEngine(engines: readonly EngineInfo[], wish: EngineWish): EngineChoice {
  const cuda = engines.filter(({ engine, available }) => available && engine === 'cuda')
  const compared = engines.filter(isCompared)
  const measured = compared.every(({ stepMs }) => stepMs !== null)
  // Not measured: the one whose speed is known from elsewhere.
  const rank = ({ engine, stepMs }: EngineInfo): number => (measured ? (stepMs ?? 0) : engine === 'tensorflow' ? 0 : 1)
  const sorted = compared.toSorted((a, b) => rank(a) - rank(b))
  const automatic: readonly EngineId[] = [
    ...cuda.map(({ engine }) => engine),
    ...sorted.map(({ engine }) => engine),
    'wasm',
  ]
  if (wish !== 'auto') {
    const works = engines.some(({ engine, available }) => available && engine === wish)
    if (!works) return { order: automatic, reason: 'notHere' }
    return { order: [wish, ...automatic.filter((engine) => engine !== wish)], reason: 'named' }
  }
  if (cuda.length > 0) return { order: automatic, reason: 'card' }
  if (compared.length === 0) return { order: automatic, reason: 'builtIn' }
  if (compared.length === 1) return { order: automatic, reason: 'only' }
  return { order: automatic, reason: measured ? 'faster' : 'notMeasured' }
}
