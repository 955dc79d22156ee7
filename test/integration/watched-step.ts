import { vi } from 'vitest'
import type * as definition from '../../src-main/engine/step'

/** For `vi.mock`: the definition, with its functions watched. */
export async function watched(original: () => Promise<typeof definition>): Promise<typeof definition> {
  const real = await original()
  const { runStep, backward, update } = real
  return { ...real, runStep: vi.fn(runStep) as typeof runStep, backward: vi.fn(backward), update: vi.fn(update) }
}
