/** What this computer can do: its engines, their packages, its hardware. */

import { z } from '../zod'
import { errorData, timestamp } from './common'

export const engineId = z.enum(['cuda', 'tensorflow', 'webgpu', 'wasm'])
export type EngineId = z.infer<typeof engineId>

/** An engine by name, or whichever is the fastest here. */
export const engineWish = z.enum(['auto', ...engineId.options])
export type EngineWish = z.infer<typeof engineWish>

/** The engines that do not come with the app. */
export const installableEngine = z.enum(['tensorflow', 'cuda'])
export type InstallableEngine = z.infer<typeof installableEngine>

/** What "Install the fast engine" would fetch, and what of it is there. */
export const enginePackage = z.object({
  engine: installableEngine,
  version: z.string(),
  /** Packages of Python's package index, as name==version. */
  packages: z.array(z.string()),
  /** Names of the files that can be brought instead. */
  files: z.array(z.string()),
  licences: z.array(z.string()),
  downloadBytes: z.number(),
  diskBytes: z.number(),
  /** Whether there is one for this computer's system and processor. */
  supported: z.boolean(),
  /** What it takes on the disk, whole or half-installed; null when there is nothing. */
  installedBytes: z.number().nullable(),
  /** Being installed now. */
  installing: z.boolean(),
})
export type EnginePackageInfo = z.infer<typeof enginePackage>

export const engineInfo = z.object({
  engine: engineId,
  available: z.boolean(),
  /** Of the library, for example 2.21.0. */
  version: z.string().nullable(),
  /** Folder where it was found; null for those that come with the app. */
  location: z.string().nullable(),
  /** What it computes on: the name of a graphics card or a processor. */
  hardware: z.string().nullable(),
  /** Of the model that every engine is measured with (engine/measure.ts), milliseconds; null: not measured here. */
  stepMs: z.number().nullable(),
  measuredAt: timestamp.nullable(),
  /** Why it cannot be used; null when it can. */
  problem: errorData.nullable(),
})
export type EngineInfo = z.infer<typeof engineInfo>

/** Why an engine is the one that is used: asked for; first of all; the only one; measured; nothing else works. */
export const engineReason = z.enum(['named', 'notHere', 'card', 'only', 'faster', 'notMeasured', 'builtIn'])
export type EngineReason = z.infer<typeof engineReason>

export const computerInfo = z.object({
  appVersion: z.string(),
  nodeVersion: z.string(),
  platform: z.string(),
  processor: z.string(),
  cores: z.number().int(),
  memoryBytes: z.number(),
  freeMemoryBytes: z.number(),
  freeDiskBytes: z.number(),
  /** Names, as far as the system gives them; what computes says its own (engines[].hardware). */
  gpus: z.array(z.string()),
  profileDir: z.string(),
  /** False for one that can only be looked at. */
  profileWritable: z.boolean(),
  engines: z.array(engineInfo),
  /** What is wished for: by the settings, unless the environment names one for the whole program. */
  engineWish,
  engineWishFixed: z.boolean(),
  /** The one that a new run uses, and why. */
  engine: engineId,
  engineReason,
  /** What the environment asks for and does not get. */
  warnings: z.array(errorData),
})
export type ComputerInfo = z.infer<typeof computerInfo>
