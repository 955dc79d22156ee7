import { statSync } from 'node:fs'
import { processorKind } from '../processor'
import { mainLibrary } from './c-api'
import { openProgramCache, type ProgramCache } from './program-cache'

/** Read once, when a context is made; an unknown flag in it ends the process. */
const variable = 'TF_XLA_FLAGS'
const flag = '--tf_xla_persistent_cache_directory'
const xlaVariable = 'XLA_FLAGS'
const extraOptions = '--xla_backend_extra_options'
/** Older ones were not tried; the oldest of them write an entry in place, where another process may meet half of it. */
const oldestVersion = [2, 21] as const

/**
 * Has TensorFlow keep what XLA compiles, in the environment of this process alone. To be called before the context.
 * @param device what a graphics card's machine code depends on
 * @returns null where that cannot be, or where the person has set a folder of their own
 */
export async function keepPrograms(
  programsDir: string,
  libraryDir: string,
  version: string,
  device: readonly string[] = [],
): Promise<ProgramCache | null> {
  const own = process.env[variable]?.trim() ?? ''
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isTooOld = major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1])
  // A value that does not begin with a dash names a file of flags.
  if (isTooOld || own.includes(flag) || !/^(-|$)/.test(own)) return null
  const library = mainLibrary(libraryDir)
  if (library === null) return null
  const { size, mtimeMs } = statSync(library)
  const facts = [
    version,
    size,
    Math.floor(mtimeMs),
    process.platform,
    process.arch,
    own,
    process.env[xlaVariable] ?? '',
    // XLA cuts its work by them.
    process.env['TF_NUM_INTRAOP_THREADS'] ?? '',
  ]
  const programs = await openProgramCache(programsDir, [...facts.map(String), ...device, ...processorKind()])
  if (programs) process.env[variable] = `${own} ${flag}=${quoted(programs.dir)}`.trim()
  return programs
}

/**
 * Has XLA read a matrix row by row where one row meets it, in this process alone; it takes eight rows side by side
 * otherwise, and the processor does not look ahead in so many places (docs/log/040). To be called before the library is
 * loaded. Sums end in other last bits, so all processes that talk do it. An option that XLA does not know it ignores.
 */
export function readRowByRow(): void {
  const own = process.env[xlaVariable]?.trim() ?? ''
  if (own.includes(extraOptions) || !/^(-|$)/.test(own)) return
  process.env[xlaVariable] = `${own} ${extraOptions}=xla_llvm_dot_tiling_factor=1`.trim()
}

/** As TensorFlow's parser of flags wants it: everything but these two stands for itself between double quotes. */
const quoted = (path: string): string => `"${path.replaceAll(/["\\]/g, '\\$&')}"`
