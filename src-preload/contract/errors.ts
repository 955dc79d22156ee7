/**
 * What kind of thing went wrong decides how the program behaves; the code decides the sentence that a person reads
 * (src-renderer/text, src-main/cli/error-text). Cancelling is not an error: it has its own kind so that nobody reports it.
 */
export const errorKinds = ['validation', 'precondition', 'cancelled', 'resource', 'external', 'internal'] as const
export type ErrorKind = (typeof errorKinds)[number]

/** Every code, with its kind. A sentence for each exists in every language (test/unit/renderer-text). */
export const errorCodes = {
  'input.invalid': 'validation',
  'corpus.emptyFile': 'validation',
  'corpus.binaryFile': 'validation',
  'corpus.unreadable': 'validation',
  'corpus.unsupported': 'validation',
  'corpus.archive': 'validation',
  'corpus.hidden': 'validation',
  'corpus.link': 'validation',
  'corpus.notFile': 'validation',
  'corpus.tooLarge': 'validation',
  'corpus.noText': 'validation',
  'config.outOfRange': 'validation',
  'config.notAnOption': 'validation',
  'config.textTooLong': 'validation',
  'config.headsDoNotDivide': 'validation',
  'config.widthNotInSteps': 'validation',
  'config.accumulationDoesNotDivide': 'validation',
  'config.vocabTooLarge': 'validation',
  'config.contextTooLong': 'validation',
  'config.tooLittleText': 'validation',
  'config.tooLargeForMemory': 'resource',
  'config.warmupTooLong': 'validation',
  'config.learningRateOrder': 'validation',
  'config.unknownField': 'validation',
  'corpus.notFound': 'precondition',
  'corpus.notReady': 'precondition',
  'run.notFound': 'precondition',
  'run.ambiguous': 'precondition',
  'run.active': 'precondition',
  'run.notActive': 'precondition',
  'run.notResumable': 'precondition',
  'run.notExtendable': 'precondition',
  'run.noCheckpoint': 'precondition',
  /** Its kind of model is one that this version cannot compute. */
  'run.earlierVersion': 'precondition',
  'run.textMissing': 'precondition',
  'run.textDiffers': 'precondition',
  'run.tokensDamaged': 'precondition',
  'run.tooLargeForMemory': 'resource',
  'run.fitsWithLess': 'resource',
  'checkpoint.missing': 'precondition',
  'checkpoint.damaged': 'precondition',
  'tokenizer.damaged': 'precondition',
  'tokens.damaged': 'precondition',
  'conversation.notFound': 'precondition',
  'conversation.modelDeleted': 'precondition',
  'generation.busy': 'precondition',
  'upload.notFound': 'precondition',
  'engine.damaged': 'precondition',
  'gpu.noDriver': 'external',
  'gpu.driverTooOld': 'external',
  'gpu.tooOld': 'external',
  'gpu.tooSmall': 'external',
  'install.unsupported': 'precondition',
  'install.noPip': 'precondition',
  'install.busy': 'precondition',
  'install.wrongFile': 'validation',
  'install.noNetwork': 'external',
  'install.damagedDownload': 'external',
  'install.failed': 'external',
  'install.noSpace': 'resource',
  'install.readOnly': 'resource',
  'database.newer': 'precondition',
  'database.damaged': 'precondition',
  'database.restorable': 'precondition',
  'profile.notFolder': 'precondition',
  'profile.notWritable': 'resource',
  'profile.readOnly': 'resource',
  'program.oldNode': 'precondition',
  'program.incomplete': 'external',
  'program.notStarting': 'external',
  'port.invalid': 'validation',
  'port.taken': 'precondition',
  'port.notAllowed': 'precondition',
  'access.denied': 'precondition',
  'access.noKey': 'precondition',
  'access.wrongKey': 'precondition',
  'method.unknown': 'precondition',
  cancelled: 'cancelled',
  'disk.full': 'resource',
  'memory.exhausted': 'resource',
  'engine.unavailable': 'external',
  'engine.failed': 'external',
  'engine.notLoadable': 'external',
  'engine.tooOld': 'external',
  'engine.crashed': 'external',
  'engine.noAnswer': 'external',
  'engine.computing': 'precondition',
  'engine.notKept': 'resource',
  'engine.unknownName': 'validation',
  'engine.ownNotUsed': 'precondition',
  'gpu.none': 'external',
  'gpu.software': 'external',
  'training.diverged': 'external',
  'job.killed': 'external',
  'job.silent': 'external',
  'backend.lost': 'external',
  internal: 'internal',
  'internal.notLogged': 'internal',
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorCodes
export type ErrorParams = Readonly<Record<string, string | number>>

/** An error as plain data: what crosses a process and what the database keeps. */
export interface ErrorData {
  readonly code: ErrorCode
  readonly params: ErrorParams
}

/**
 * What JavaScript, WebAssembly, Emscripten, C++ and a graphics card's driver say of memory that is exhausted,
 * without a code. Kernels in WebAssembly write where their memory could not grow to, and are out of bounds. oneDNN's status 1
 * is `dnnl_out_of_memory`; TensorFlow passes it on as an exception of the operation.
 */
const memoryMessage =
  /array buffer allocation failed|could not allocate memory|cannot allocate memory|out of memory|aborted\(oom\)|cannot enlarge memory|failed to (grow memory|allocate)|bad_alloc|unable to allocate|received an exception: ?status: 1,|memory access out of bounds/i
export const saysOutOfMemory = (message: string): boolean => memoryMessage.test(message)

/** What Node and SQLite say, where it means the same wherever it happens. */
const systemCodes: Readonly<Partial<Record<string, ErrorCode>>> = {
  ENOSPC: 'disk.full',
  EDQUOT: 'disk.full',
  SQLITE_FULL: 'disk.full',
  SQLITE_CORRUPT: 'database.damaged',
  SQLITE_NOTADB: 'database.damaged',
  SQLITE_FORMAT: 'database.damaged',
  SQLITE_READONLY: 'profile.readOnly',
  EROFS: 'profile.readOnly',
  ENOMEM: 'memory.exhausted',
  ERR_MEMORY_ALLOCATION_FAILED: 'memory.exhausted',
  ERR_WORKER_OUT_OF_MEMORY: 'memory.exhausted',
  SQLITE_NOMEM: 'memory.exhausted',
  SQLITE_IOERR_NOMEM: 'memory.exhausted',
  MODULE_NOT_FOUND: 'program.incomplete',
  ERR_DLOPEN_FAILED: 'program.incomplete',
}
/** SQLITE_CORRUPT_VTAB is SQLITE_CORRUPT in more detail. */
const extended = /^(SQLITE_[A-Z]+)_.*$/

/** Nothing works until this is dealt with: said in place of the whole app, not beside it. */
const startCodes: ReadonlySet<ErrorCode> = new Set([
  'access.noKey',
  'access.wrongKey',
  'database.newer',
  'database.damaged',
  'database.restorable',
  'profile.notFolder',
  'profile.notWritable',
  'program.oldNode',
  'program.incomplete',
  'program.notStarting',
] as const)
export const isStartCode = (code: ErrorCode): boolean => startCodes.has(code)

/** The one error class. `message` is for logs only; people read the sentence that belongs to `code`. */
export class AppError extends Error {
  override readonly name = 'AppError'

  readonly code: ErrorCode
  readonly params: ErrorParams

  constructor(code: ErrorCode, params: ErrorParams = {}, cause?: unknown) {
    super(`${code} ${JSON.stringify(params)}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.params = params
  }

  get kind(): ErrorKind {
    return errorCodes[this.code]
  }

  toData(): ErrorData {
    return { code: this.code, params: this.params }
  }

  /** Whatever was thrown, as an AppError: the unknown becomes `internal` with its stack kept as the cause. */
  static from(thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown
    const detail = thrown instanceof Error ? thrown.message : String(thrown)
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
    const known = systemCodes[code] ?? systemCodes[code.replace(extended, '$1')]
    switch (known) {
      case undefined:
        return new AppError(saysOutOfMemory(detail) ? 'memory.exhausted' : 'internal', { detail }, thrown)
      case 'memory.exhausted':
      case 'program.incomplete':
        return new AppError(known, { detail: detail.split('\n')[0] ?? '' }, thrown)
      default:
        return new AppError(known, {}, thrown)
    }
  }

  static fromData(data: ErrorData): AppError {
    return new AppError(data.code, data.params)
  }
}

/** For the `default` of an exhaustive switch: a new member of the union fails to compile here. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value ${JSON.stringify(value)}`)
}
