import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { EnginePackage, EngineWheel } from '../../src-main/plan/engine-packages'
import type { JobEvent } from '../../src-main/backend/jobs/protocol'
import { startJob } from './job-fixture'

// A wheel as Python's own library writes it; it refuses none of what pip looks for.
const makeWheel = `
import random, sys, zipfile
path, name, letter = sys.argv[1:]
info = f'{name.replace("-", "_")}-1.0.dist-info'
with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('engine/lib' + letter + '.so', (letter * 4096 + '\\n') * 400)
    z.writestr('engine/left-out.py', random.Random(letter).randbytes(1 << 20))
    z.writestr(info + '/METADATA', f'Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n')
    z.writestr(info + '/WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: false\\nTag: cp311-cp311-manylinux_2_27_x86_64\\n')
    z.writestr(info + '/RECORD', '')
`

/** A small wheel in `dir`, and how a package names it. */
export function wheelIn(dir: string, name: string, letter: string): EngineWheel & { readonly path: string } {
  const fileName = `${name.replaceAll('-', '_')}-1.0-cp311-cp311-manylinux_2_27_x86_64.whl`
  const path = join(dir, fileName)
  const made = spawnSync('python3', ['-c', makeWheel, path, name, letter], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(made.stderr)
  const bytes = readFileSync(path)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { requirement: `${name}==1.0`, fileName, sha256, sizeBytes: bytes.length, path }
}

export const packageOf = (wheels: readonly EngineWheel[], change: Partial<EnginePackage> = {}): EnginePackage => ({
  engine: 'tensorflow',
  version: '1.0',
  folder: 'tensorflow-test-1.0',
  libraryDir: '',
  platform: `${process.platform}-${process.arch}`,
  wheels,
  keep: ['engine/lib[a-z]\\.so'],
  strip: 'engine/',
  diskBytes: 2_000_000,
  licences: [],
  ...change,
})

/** How the index answers a request for a wheel: whole, broken off in the middle, other bytes, or never. */
export type Manner = 'whole' | 'broken' | 'changed' | 'stalled'

export interface Index {
  readonly url: string
  /** Names of wheels that were asked for. */
  readonly asked: string[]
  manner: (fileName: string) => Manner
  close(): Promise<void>
}

/** A package index on this computer, as pip speaks to one (the simple API). */
export async function openIndex(wheels: readonly (EngineWheel & { readonly path: string })[]): Promise<Index> {
  const asked: string[] = []
  const server: Server = createServer((request, response) => {
    const { url = '/' } = request
    const listed = wheels.filter(({ requirement }) => url.startsWith(`/simple/${requirement.split('==')[0] ?? ''}/`))
    if (listed.length > 0) {
      response.setHeader('content-type', 'text/html')
      response.end(listed.map(({ fileName }) => `<a href="/files/${fileName}">${fileName}</a>`).join(''))
      return
    }
    const wheel = wheels.find(({ fileName }) => url === `/files/${fileName}`)
    if (wheel === undefined) {
      response.statusCode = 404
      response.end()
      return
    }
    asked.push(wheel.fileName)
    const bytes = readFileSync(wheel.path)
    response.setHeader('content-type', 'application/octet-stream')
    response.setHeader('content-length', bytes.length)
    switch (index.manner(wheel.fileName)) {
      case 'whole':
        response.end(bytes)
        break
      case 'changed':
        bytes[40] = (bytes[40] ?? 0) ^ 1
        response.end(bytes)
        break
      case 'broken':
        response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
        break
      case 'stalled':
        response.write(bytes.subarray(0, bytes.length / 2))
        break
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const index: Index = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
    asked,
    manner: () => 'whole',
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return index
}

export interface Outcome {
  readonly code: number | null
  readonly last: JobEvent | undefined
  readonly events: readonly JobEvent[]
}

/** Runs an installation to its end. */
export async function install(
  wanted: EnginePackage,
  files: readonly string[] | null,
  runtimeDir: string,
): Promise<Outcome> {
  const job = startJob({ kind: 'install', package: wanted, files, runtimeDir })
  const { code } = await job.ended
  return { code, last: job.events.at(-1), events: job.events }
}
