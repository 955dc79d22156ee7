import { chromium, type Browser } from '@playwright/test'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { environment, root } from './root'

export interface Server {
  /** http://127.0.0.1:PORT/#token=HEX */
  readonly address: string
  readonly process: ChildProcess
  readonly stop: () => Promise<void>
}

const nobody = 65_534

/**
 * Browser mode as a person starts it: out/main/serve.cjs on a profile of its own.
 * @param asNobody as somebody whom permissions bind: root may write anywhere
 */
export async function startServer(
  profile: string,
  more: Record<string, string> = {},
  asNobody = false,
): Promise<Server> {
  const server = spawn(process.execPath, [join(root, 'out/main/serve.cjs')], {
    cwd: root,
    // Any free port, unless a test is about which one it is.
    env: environment(profile, { HOMEGROWN_PORT: '0', ...more }),
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(asNobody && process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}),
  })
  const gone = new Promise<void>((resolve) => {
    server.once('exit', () => {
      resolve()
    })
  })
  const address = await new Promise<string>((resolve, reject) => {
    server.once('exit', (code) => {
      reject(new Error(`serve.cjs ended with ${String(code)} before it gave its address`))
    })
    createInterface({ input: server.stdout }).on('line', (line) => {
      const found = /http:\/\/127\.0\.0\.1:\d+\/#token=[0-9a-f]+/.exec(line)?.[0]
      if (found !== undefined) resolve(found)
    })
  })
  return {
    address,
    process: server,
    stop: async () => {
      server.kill('SIGTERM')
      const force = setTimeout(() => server.kill('SIGKILL'), 15_000)
      await gone
      clearTimeout(force)
    },
  }
}

/** Debian's Chromium where it is installed. */
export function launchChromium(): Promise<Browser> {
  const local = process.env['CHROME_BIN'] ?? '/usr/bin/chromium'
  return chromium.launch({
    ...(existsSync(local) ? { executablePath: local } : {}),
    // Without a locale of UTF-8 Chromium cannot open a file whose name is not ASCII.
    env: { ...process.env, LANG: 'C.UTF-8' },
    // Root, as in a container, cannot use Chromium's sandbox.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
}
