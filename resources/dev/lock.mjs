// One at a time across processes. Node built-ins only: run.mjs needs it before anything is installed.
import * as fs from 'node:fs'

function alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Runs `work` while holding `file`; a lock whose holder is dead is taken over. */
export function locked(file, what, work) {
  for (let tries = 0; ; tries++) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') {
        // Created but not written (a full disk): whoever comes next would wait for nobody.
        fs.rmSync(file, { force: true })
        throw error
      }
      let holder = 0
      try {
        holder = Number(fs.readFileSync(file, 'utf8'))
      } catch {
        // Given back just now.
      }
      if (holder && !alive(holder)) fs.rmSync(file, { force: true })
      else if (tries === 0) process.stderr.write(`Waiting for another ${what} (process ${holder}) ...\n`)
      pause(300)
    }
  }
  try {
    return work()
  } finally {
    fs.rmSync(file, { force: true })
  }
}
