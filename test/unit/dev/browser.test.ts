import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, it, vi } from 'vitest'
import { temporaryFolder } from '../temporary'

const address = 'http://127.0.0.1:4173/#token=5ec2e7'
const module = pathToFileURL(join(import.meta.dirname, '../../../resources/dev/browser.mjs')).href
const onWindows = process.platform === 'win32'

it.skipIf(onWindows)(
  'keeps the token off the command line of the browser (Windows: no stand-in for rundll32)',
  async () => {
    const dir = temporaryFolder()
    const bin = join(dir, 'bin')
    const seen = join(dir, 'seen')
    mkdirSync(bin)
    const opener = join(bin, process.platform === 'darwin' ? 'open' : 'xdg-open')
    writeFileSync(opener, `#!/bin/sh\nprintf '%s' "$*" > '${seen}.part' && mv '${seen}.part' '${seen}'\n`)
    chmodSync(opener, 0o755)
    const pages = join(dir, 'out')
    const code = `
    const { openAddress } = await import(${JSON.stringify(module)})
    openAddress(${JSON.stringify(address)}, ${JSON.stringify(pages)}, () => process.exit(3))
    process.stdin.on('end', () => process.exit(0)).resume()`
    const env = { ...process.env, DISPLAY: ':0', PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` }
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      env,
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    const exited = once(child, 'exit')
    await vi.waitUntil(() => existsSync(seen), { timeout: 20_000 })

    const argument = readFileSync(seen, 'utf8')
    expect(argument).not.toContain('5ec2e7')
    const file = fileURLToPath(argument)
    expect(readFileSync(file, 'utf8')).toContain(`content="0;url=${address}"`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700)

    child.stdin.end()
    expect(await exited).toEqual([0, null])
    expect(readdirSync(pages)).toEqual([])
  },
)
