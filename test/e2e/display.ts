import { spawn } from 'node:child_process'

/** Gives the tests a display of their own, so that no window of theirs opens on a person's screen. */
export default async function giveDisplay(): Promise<() => void> {
  // Xvfb picks a free display number and writes it to file descriptor 3.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const display = await new Promise<string>((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', (code) => {
      reject(new Error(`Xvfb ended with ${String(code)}`))
    })
    server.stdio[3]?.once('data', (number: Buffer) => {
      resolve(`:${number.toString().trim()}`)
    })
  })
  process.env['DISPLAY'] = display
  delete process.env['WAYLAND_DISPLAY']
  return () => {
    server.kill()
  }
}
