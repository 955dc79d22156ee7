import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { precision, stepTiming, tier } from '../../../../src-preload/contract/records/steps'
import type { ChosenWays } from '../autotune'

const stored = z.object({
  changes: z.array(z.object({ step: z.number().int(), tier, precision })),
  timings: z.array(stepTiming),
})

/** What runs chose, so that one with the same settings computes the same bits (autotune.ts). */
export interface ChosenWaysStore {
  find(settings: string): ChosenWays | null
  /** Throws nothing: what is not kept is chosen anew. */
  keep(settings: string, chosen: ChosenWays): void
}

/**
 * Beside the programs that XLA compiled, which make the second run's XLA ready at once; pruned with them.
 * @param kind whatever decides how fast and to which bits something is computed: library, processor, flags
 */
export function chosenWaysIn(programsDir: string, kind: readonly string[]): ChosenWaysStore {
  const dir = join(programsDir, 'chosen')
  const pathOf = (settings: string): string =>
    join(
      dir,
      `${createHash('sha256')
        .update(JSON.stringify([kind, settings]))
        .digest('hex')}.json`,
    )
  return {
    find: (settings) => {
      try {
        return stored.parse(JSON.parse(readFileSync(pathOf(settings), 'utf8')))
      } catch {
        return null
      }
    },
    keep: (settings, chosen) => {
      const path = pathOf(settings)
      try {
        mkdirSync(dir, { recursive: true })
        writeFileSync(`${path}.${process.pid}.tmp`, JSON.stringify(chosen))
        renameSync(`${path}.${process.pid}.tmp`, path)
      } catch {
        // A full disk, or a folder that may not be written.
      }
    },
  }
}
