import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { newToken } from './rpc/access'

/** How tabs reach this profile: kept over a restart, so that an open tab connects again by itself. */
const served = z.object({
  /** Null until one was chosen. */
  port: z.number().int().min(1).max(65_535).nullable(),
  key: z.string().regex(/^[0-9a-f]{48}$/),
})
export type Served = z.infer<typeof served>

const fileIn = (profileDir: string): string => join(profileDir, 'serve.json')

/** What is not readable was never served. */
export function readServed(profileDir: string): Served {
  try {
    return served.parse(JSON.parse(readFileSync(fileIn(profileDir), 'utf8')))
  } catch {
    return { port: null, key: newToken() }
  }
}

/** For this account's eyes only: whoever has the key can do in a browser what its owner can. */
export function writeServed(profileDir: string, value: Served): void {
  const file = fileIn(profileDir)
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(temporary, file)
}

/** Whether a Homegrown that knows this key answers at this port. */
export async function isServing({ port, key }: Served): Promise<boolean> {
  if (port === null) return false
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/key`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(3000),
    })
    return answer.status === 204
  } catch {
    return false
  }
}
