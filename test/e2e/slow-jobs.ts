import { readFileSync, readdirSync } from 'node:fs'
import { slowDown } from '../slow-processes'

/** Runs work while the jobs of a profile (what trains and writes) are slow: they have not ended when somebody stops them. */
export async function whileJobsAreSlow<T>(profile: string, work: () => Promise<T>): Promise<T> {
  const release = slowDown(jobsOf(profile))
  try {
    return await work()
  } finally {
    release()
  }
}

/** Linux only, as all of these tests. */
function jobsOf(profile: string): () => number[] {
  const isJob = (pid: string): boolean => {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('job.cjs')) return false
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`HOMEGROWN_PROFILE=${profile}`)
    } catch {
      // It has ended, or is another user's.
      return false
    }
  }
  return () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && isJob(name))
      .map(Number)
}
