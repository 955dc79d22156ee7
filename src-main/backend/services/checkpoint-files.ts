import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../../src-preload/contract/errors'
import { checkpointKind, engineId, precision, tier, type RunRecord } from '../../../src-preload/contract/records'
import type { ComputedBefore } from '../../plan/resumed'
import { checkpointsOf, removeCheckpoint, storeCheckpoint } from '../db/checkpoints'
import { transaction } from '../db/connection'
import type { Context } from './context'

/** Of a checkpoint's manifest.json (engine/checkpoint.ts) only what the list shows, and how it was computed. */
const manifest = z.object({
  kind: checkpointKind,
  step: z.number().int().nonnegative(),
  valLossNats: z.number().nullable(),
  engine: engineId.optional(),
  tier: tier.default('eager'),
  precision: precision.default('float32'),
  settled: z.boolean().default(false),
  files: z.record(z.string(), z.object({ sizeBytes: z.number() })),
})

interface FoundCheckpoint extends z.infer<typeof manifest> {
  readonly savedAt: number
  readonly sizeBytes: number
}

function readManifest(dir: string): FoundCheckpoint | null {
  try {
    const file = join(dir, 'manifest.json')
    const found = manifest.parse(JSON.parse(readFileSync(file, 'utf8')))
    for (const name of Object.keys(found.files)) if (!existsSync(join(dir, name))) return null
    const sizeBytes = Object.values(found.files).reduce((sum, { sizeBytes: size }) => sum + size, 0)
    return { ...found, sizeBytes, savedAt: Math.floor(statSync(file).mtimeMs) }
  } catch {
    return null
  }
}

/** Newest of each kind that is whole as far as its manifest and file names say; hashes are checked when it is loaded. */
function findCheckpoints(runDir: string): FoundCheckpoint[] {
  const folder = join(runDir, 'checkpoints')
  if (!existsSync(folder)) return []
  const newest = new Map<string, FoundCheckpoint>()
  for (const name of readdirSync(folder)) {
    if (!/^(best|last)-\d+(\.\d+)?$/.test(name)) continue
    const found = readManifest(join(folder, name))
    if (found === null) continue
    const before = newest.get(found.kind)
    if (before === undefined || found.step > before.step || found.savedAt > before.savedAt)
      newest.set(found.kind, found)
  }
  return [...newest.values()]
}

/**
 * Rows say what the files say: a job that was killed between file and row leaves a file without its row, a folder that
 * somebody emptied leaves rows without files.
 */
export function reconcileCheckpoints(context: Context, runId: string): void {
  const found = findCheckpoints(context.paths.run(runId))
  const stored = checkpointsOf(context.db, runId)
  transaction(context.db, () => {
    for (const { kind } of stored) {
      if (!found.some((checkpoint) => checkpoint.kind === kind)) removeCheckpoint(context.db, runId, kind)
    }
    for (const { kind, step, valLossNats, savedAt, sizeBytes } of found) {
      const row = stored.find((checkpoint) => checkpoint.kind === kind)
      if (row?.step === step) continue
      storeCheckpoint(context.db, runId, { kind, step, valLossNats, savedAt, sizeBytes })
    }
  })
}

/** How the state that a resumed run goes on from was computed; null where there is none. */
export function computedBefore(context: Context, runId: string): ComputedBefore | null {
  const last = findCheckpoints(context.paths.run(runId)).find(({ kind }) => kind === 'last')
  return last?.engine === undefined ? null : { ...last, engine: last.engine }
}

/**
 * Why there is nothing to go on from. Whoever has evaluated has also saved its best state, so its files have been taken
 * away: the run must not begin again unasked.
 *
 * @param run as it was before its rows were put right
 */
export function withoutCheckpoint({ runId, checkpoints, bestValLossNats }: RunRecord): AppError {
  const had = checkpoints.length > 0 || bestValLossNats !== null
  return new AppError(had ? 'checkpoint.missing' : 'run.noCheckpoint', { runId })
}
