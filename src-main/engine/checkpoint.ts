import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../src-preload/contract/errors'
import { checkpointKind, type CheckpointKind } from '../../src-preload/contract/records/checkpoints'
import { engineId, type EngineId } from '../../src-preload/contract/records/computer'
import { storedRunConfig, type RunConfig } from '../../src-preload/contract/records/run-config'
import { precision, tier, type Precision, type Tier } from '../../src-preload/contract/records/steps'
import { withState } from '../../src-preload/contract/resume'
import { renameSurely, sha256Of, syncDir, temporaryFor, temporarySuffix, writeFileAtomic } from './files'
import { openSafetensors, writeSafetensors, type StoredTensors } from './safetensors'
import type { TensorStream } from './tensor-stream'

/**
 * A checkpoint is a folder `checkpoints/<kind>-<step>/` that is there whole or not at all: written under a temporary
 * name, every file fsynced, the manifest with the sha256 of the others last, then renamed. The batches, dropout masks
 * and the learning rate are functions of (seed, step), so weights, optimizer state and the step are the whole state.
 */
const formatVersion = 1

export interface CheckpointState {
  readonly kind: CheckpointKind
  /** Optimizer steps done. */
  readonly step: number
  /** Training time so far, pauses left out. */
  readonly elapsedMs: number
  readonly valLossNats: number | null
  readonly bestValLossNats: number | null
  /** Evaluations since the one with that loss: what a run's patience is compared with. */
  readonly evaluationsSinceBest: number
  /** The tier that computed the last step: a resumed run goes on in it, because tiers differ in the last bits. */
  readonly tier: Tier
  readonly precision: Precision
  /** Whether the run had tried all ways to compute a step: a resumed run tries none again. */
  readonly settled: boolean
  /** Of the configured learning rate, after rollbacks; 1 without any. */
  readonly learningRateFactor: number
  /** The step at which the optimizer's moments were zero: above 0 where the run went on from a state without them. */
  readonly momentsFrom: number
  readonly engine: EngineId
  readonly weights: TensorStream
  /** null: enough to talk to (`best`), not to train on. */
  readonly optimizer: TensorStream | null
  readonly config: RunConfig
  readonly vocabSize: number
  /** sha256 of tokenizer.json. */
  readonly tokenizerHash: string
}

/** One whose files are as they were written; its tensors stay in them. */
export interface OpenCheckpoint extends Omit<CheckpointState, 'weights' | 'optimizer'> {
  readonly weights: StoredTensors
  readonly optimizer: StoredTensors | null
}

const fileEntry = z.object({ sha256: z.string(), sizeBytes: z.number().int() })
const manifest = z.object({
  version: z.literal(formatVersion),
  kind: checkpointKind,
  step: z.number().int().nonnegative(),
  elapsedMs: z.number().nonnegative(),
  valLossNats: z.number().nullable(),
  bestValLossNats: z.number().nullable(),
  evaluationsSinceBest: z.number().int().nonnegative().default(0),
  tier,
  precision: precision.default('float32'),
  settled: z.boolean().default(false),
  learningRateFactor: z.number().positive().default(1),
  momentsFrom: z.number().int().nonnegative().default(0),
  engine: engineId,
  config: storedRunConfig,
  vocabSize: z.number().int().positive(),
  tokenizerHash: z.string(),
  files: z.record(z.string(), fileEntry),
})
/** Its own hash is over the JSON of everything before it. */
const hashOf = (facts: object): string => createHash('sha256').update(JSON.stringify(facts)).digest('hex')
type Manifest = z.infer<typeof manifest>

const weightsFile = 'weights.safetensors'
const optimizerFile = 'optimizer.safetensors'
const manifestFile = 'manifest.json'

const folderOf = (runDir: string): string => join(runDir, 'checkpoints')

interface Entry {
  readonly name: string
  readonly kind: CheckpointKind
  readonly step: number
  /** Above 0 where a step was saved again. */
  readonly repeat: number
}

async function entriesOf(runDir: string): Promise<{ entries: Entry[]; leftovers: string[] }> {
  const names = await readdir(folderOf(runDir)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  })
  const entries: Entry[] = []
  for (const name of names) {
    const match = /^(best|last)-(\d+)(?:\.(\d+))?$/.exec(name)
    if (!match) continue
    entries.push({ name, kind: match[1] as CheckpointKind, step: Number(match[2]), repeat: Number(match[3] ?? 0) })
  }
  entries.sort((a, b) => b.step - a.step || b.repeat - a.repeat)
  return { entries, leftovers: names.filter((name) => name.endsWith(temporarySuffix)) }
}

/**
 * Saves, then removes what is no longer kept of the same kind: of `last` the one before stays. All stay where saving fails.
 * @returns yields how many bytes of tensors more are surely on the disk; at the end the folder and its size. Throws `disk.full`.
 */
export async function* saveCheckpoint(
  runDir: string,
  state: CheckpointState,
): AsyncGenerator<number, { dir: string; sizeBytes: number }> {
  const folder = folderOf(runDir)
  await mkdir(folder, { recursive: true })
  const { entries, leftovers } = await entriesOf(runDir)
  for (const name of leftovers) await rm(join(folder, name), { recursive: true, force: true })

  const sameStep = entries.find((e) => e.kind === state.kind && e.step === state.step)
  const name = `${state.kind}-${state.step}${sameStep ? `.${sameStep.repeat + 1}` : ''}`
  const dir = join(folder, name)
  const temporary = temporaryFor(dir)
  let sizeBytes = 0
  try {
    await mkdir(temporary)
    const files: Manifest['files'] = {}
    for (const [file, tensors] of [
      [weightsFile, state.weights],
      [optimizerFile, state.optimizer],
    ] as const) {
      if (tensors === null) continue
      files[file] = yield* writeSafetensors(join(temporary, file), tensors, { format: 'pt' })
      sizeBytes += files[file].sizeBytes
    }
    const facts = manifest.parse({ ...state, version: formatVersion, files })
    const json = JSON.stringify({ ...facts, sha256: hashOf(facts) }, null, 2)
    await writeFileAtomic(join(temporary, manifestFile), json)
    sizeBytes += Buffer.byteLength(json)
    await renameSurely(temporary, dir)
    await syncDir(folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw AppError.from(error)
  }
  const kept = new Set(withState(entries, { name, kind: state.kind, step: state.step, repeat: 0 }))
  for (const old of entries) {
    if (!kept.has(old)) await rm(join(folder, old.name), { recursive: true, force: true })
  }
  return { dir, sizeBytes }
}

async function readManifest(dir: string): Promise<Manifest> {
  const text = await readFile(join(dir, manifestFile), 'utf8').catch((error: unknown) => {
    throw missingOrDamaged(dir, manifestFile, error)
  })
  try {
    const { sha256, ...facts } = JSON.parse(text) as Record<string, unknown>
    if (sha256 === hashOf(facts)) return manifest.parse(facts)
  } catch (error) {
    throw new AppError('checkpoint.damaged', { file: `${basename(dir)}/${manifestFile}` }, error)
  }
  throw new AppError('checkpoint.damaged', { file: `${basename(dir)}/${manifestFile}` })
}

/** A file that is gone means that the whole checkpoint was replaced meanwhile or that it lost a part. */
function missingOrDamaged(dir: string, file: string, error: unknown): AppError {
  const gone = (error as NodeJS.ErrnoException).code === 'ENOENT'
  return new AppError(gone ? 'checkpoint.missing' : 'checkpoint.damaged', { file: `${basename(dir)}/${file}` }, error)
}

/** Compares each file that the manifest names with its sha256. Throws `checkpoint.damaged`, `checkpoint.missing`. */
async function verify(dir: string, names: readonly string[] | null): Promise<Manifest> {
  const facts = await readManifest(dir)
  if (!(weightsFile in facts.files))
    throw new AppError('checkpoint.damaged', { file: `${basename(dir)}/${weightsFile}` })
  for (const [file, expected] of Object.entries(facts.files)) {
    if (names && !names.includes(file)) continue
    const actual = await sha256Of(join(dir, basename(file))).catch((error: unknown) => {
      throw missingOrDamaged(dir, file, error)
    })
    if (actual !== expected.sha256) throw new AppError('checkpoint.damaged', { file: `${basename(dir)}/${file}` })
  }
  return facts
}

/**
 * The folders that training can go on from, in the order in which they are to be tried: `last` from the newest on, then `best`.
 * @param fromBest that one, or what was saved with the optimizer's state at the same step
 */
export async function statesToResume(runDir: string, fromBest: boolean): Promise<string[]> {
  const { entries } = await entriesOf(runDir)
  const last = entries.filter(({ kind }) => kind === 'last')
  const best = entries.filter(({ kind }) => kind === 'best')
  // Without any `last` it never came to one: such a run begins again, and computes the same.
  if (!fromBest && last.length === 0) return []
  const from = fromBest ? last.filter(({ step }) => step === best[0]?.step) : last
  return [...from, ...best].map(({ name }) => join(folderOf(runDir), name))
}

/**
 * The newest checkpoint whose weights are as they were written, for talking; a damaged one is passed over for an older or
 * the other kind's. Those of `kind` come first.
 * @returns its folder; null where there never was one. Throws `checkpoint.damaged` where there is none but damaged ones.
 */
export async function newestCheckpoint(runDir: string, kind: CheckpointKind): Promise<string | null> {
  const { entries } = await entriesOf(runDir)
  entries.sort((a, b) => Number(b.kind === kind) - Number(a.kind === kind))
  let firstProblem: unknown = null
  for (const entry of entries) {
    const dir = join(folderOf(runDir), entry.name)
    try {
      await verify(dir, [weightsFile])
      return dir
    } catch (error) {
      firstProblem ??= error
    }
  }
  if (firstProblem instanceof Error) throw firstProblem
  return null
}

/**
 * Compares all of it with its checksums; its tensors are read when they are asked for.
 * @param options.optimizer false: leave the optimizer state alone (generation needs none).
 * Throws `checkpoint.missing` (no such folder, or replaced while it was read) and `checkpoint.damaged`.
 */
export async function openCheckpoint(
  dir: string,
  options: { readonly optimizer: boolean } = { optimizer: true },
): Promise<OpenCheckpoint> {
  const { files, ...facts } = await verify(dir, options.optimizer ? null : [weightsFile])
  const tensorsIn = async (file: string): Promise<StoredTensors> => {
    try {
      return await openSafetensors(join(dir, file))
    } catch (error) {
      throw error instanceof AppError ? error : missingOrDamaged(dir, file, error)
    }
  }
  return {
    ...facts,
    weights: await tensorsIn(weightsFile),
    optimizer: options.optimizer && optimizerFile in files ? await tensorsIn(optimizerFile) : null,
  }
}
