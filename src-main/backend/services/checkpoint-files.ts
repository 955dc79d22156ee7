import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../../src-preload/contract/errors'
import { checkpointKind, type CheckpointRecord } from '../../../src-preload/contract/records/checkpoints'
import { engineId } from '../../../src-preload/contract/records/computer'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { precision, tier } from '../../../src-preload/contract/records/steps'
import type { ComputedBefore } from '../../plan/resumed'
import { checkpointsOf, storeCheckpoints } from '../db/checkpoints'
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

type State = Pick<CheckpointRecord, 'kind' | 'step'>

interface FoundCheckpoint extends z.infer<typeof manifest> {
  readonly savedAt: number
  readonly sizeBytes: number
}

function readManifest(dir: string): FoundCheckpoint | null {
  try {
    const file = join(dir, 'manifest.json')
    const found = manifest.parse(JSON.parse(readFileSync(file, 'utf8')))
    for (const name of Object.keys(found.files)) if (!existsSync(join(dir, name))) return null
    const { size, mtimeMs } = statSync(file)
    const sizeBytes = Object.values(found.files).reduce((sum, other) => sum + other.sizeBytes, size)
    return { ...found, sizeBytes, savedAt: Math.floor(mtimeMs) }
  } catch {
    return null
  }
}

/**
 * Of each kind the newest first, whole as far as manifests and file names say; hashes are checked when one is loaded. Of two
 * of one step (a crash in between) the later one.
 */
function findCheckpoints(runDir: string): FoundCheckpoint[] {
  const folder = join(runDir, 'checkpoints')
  if (!existsSync(folder)) return []
  const found = new Map<string, FoundCheckpoint>()
  for (const name of readdirSync(folder)) {
    if (!/^(best|last)-\d+(\.\d+)?$/.test(name)) continue
    const state = readManifest(join(folder, name))
    if (state === null) continue
    const key = `${state.kind}-${state.step}`
    const other = found.get(key)
    if (other === undefined || state.savedAt > other.savedAt) found.set(key, state)
  }
  return [...found.values()].sort((one, other) => other.step - one.step)
}

/** The folder of a checkpoint, the one that was saved last; null where its files are gone. */
export function newestFolder(runDir: string, { kind, step }: State): string | null {
  const folder = join(runDir, 'checkpoints')
  const names = existsSync(folder) ? readdirSync(folder) : []
  const isOne = new RegExp(`^${kind}-${step}(\\.\\d+)?$`)
  const found = names.flatMap((name) => {
    const state = isOne.test(name) ? readManifest(join(folder, name)) : null
    return state === null ? [] : [{ name, savedAt: state.savedAt }]
  })
  const newest = found.sort((one, other) => other.savedAt - one.savedAt)[0]
  return newest === undefined ? null : join(folder, newest.name)
}

/**
 * Rows say what the files say: a job that was killed between file and row leaves a file without its row, a folder that
 * somebody emptied leaves rows without files.
 */
export function reconcileCheckpoints(context: Context, runId: string): void {
  const found = findCheckpoints(context.paths.run(runId))
  const stored = checkpointsOf(context.db, runId)
  const same = (one: State, other: State): boolean => one.kind === other.kind && one.step === other.step
  if (stored.length === found.length && stored.every((row) => found.some((file) => same(row, file)))) return
  transaction(context.db, () => {
    storeCheckpoints(
      context.db,
      runId,
      found.map((file) => stored.find((row) => same(row, file)) ?? file),
    )
  })
}

/** How the state that a resumed run goes on from was computed; null where there is none. */
export function computedBefore(context: Context, runId: string): ComputedBefore | null {
  const found = findCheckpoints(context.paths.run(runId))
  const last = found.find(({ kind }) => kind === 'last') ?? found[0]
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
