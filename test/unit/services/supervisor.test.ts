import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { isAlive } from '../../../src-main/backend/jobs/process-identity'
import type { JobEvent, JobTask } from '../../../src-main/backend/jobs/protocol'
import { createSupervisor } from '../../../src-main/backend/jobs/supervisor'
import { AppError } from '../../../src-preload/contract/errors'

const jobFixture = resolve('test/fixtures/jobs/job.mjs')
const failures: string[] = []
const supervisor = createSupervisor({
  jobEntry: jobFixture,
  onFailure: (task, error) => failures.push(`${task} ${error.code}`),
})
afterAll(() => supervisor.close(0))

const probe = (behaviour: string): JobTask => ({
  kind: 'probe',
  engineOptions: { engine: 'auto', tensorflowDirs: [behaviour] },
  measure: false,
})

const start = (behaviour: string, silenceMs?: number) => {
  const events: JobEvent[] = []
  const by = silenceMs === undefined ? supervisor : createSupervisor({ jobEntry: jobFixture, silenceMs })
  const job = by.start(probe(behaviour), (event) => events.push(event))
  return { job, events }
}

describe('a job', () => {
  it('hands over its events, then ends', async () => {
    const { job, events } = start('well')
    await job.ended
    expect(events.map(({ kind }) => kind)).toEqual(['probed'])
    expect(isAlive(job.process.pid, job.process.token)).toBe(false)
  })

  it('has a heap for each core and asks for large pages, or as the person says', async () => {
    const heaps = async (): Promise<unknown> => {
      const { job, events } = start('names its heaps')
      await job.ended
      return events.map((event) => (event.kind === 'probed' ? event.hardware : event.kind))
    }
    vi.stubEnv('MALLOC_ARENA_MAX', undefined)
    vi.stubEnv('GLIBC_TUNABLES', undefined)
    expect(await heaps()).toEqual([`${availableParallelism()} glibc.malloc.hugetlb=1`])
    vi.stubEnv('MALLOC_ARENA_MAX', '7')
    vi.stubEnv('GLIBC_TUNABLES', 'glibc.malloc.hugetlb=0')
    expect(await heaps()).toEqual(['7 glibc.malloc.hugetlb=0'])
    vi.unstubAllEnvs()
  })

  it('loses no event that it sent before it ended', async () => {
    const { job, events } = start('sends a thousand and ends')
    await job.ended
    expect(events).toHaveLength(1001)
  })

  it('fails with the error that it says', async () => {
    const { job } = start('says failed')
    await expect(job.ended).rejects.toMatchObject({ code: 'engine.unavailable', params: { reason: 'test' } })
    expect(failures).toContain('probe engine.unavailable')
  })

  it.each([
    ['exits 7', { code: 'job.killed', params: { signal: 'exit 7' } }],
    ['kills itself', { code: 'job.killed', params: { signal: 'SIGKILL' } }],
    ['runs out of memory', { code: 'memory.exhausted' }],
    ['runs out of memory in oneDNN', { code: 'memory.exhausted' }],
    ['runs out of memory in a new thread', { code: 'memory.exhausted' }],
    ['runs out of memory for a stack', { code: 'memory.exhausted' }],
    ['runs out of memory in LLVM', { code: 'memory.exhausted' }],
    ['runs out of memory in C++', { code: 'memory.exhausted' }],
  ])('that %s is told as such', async (behaviour, error) => {
    await expect(start(behaviour).job.ended).rejects.toMatchObject(error)
  })

  it('is killed when it does not stop within its time', async () => {
    const { job } = start('never ends')
    job.stop(50)
    await expect(job.ended).rejects.toMatchObject({ code: 'job.killed', params: { signal: 'SIGKILL' } })
  })

  it.skipIf(process.platform === 'win32')(
    'that is halted gives no sign of life: it is killed, and that is told',
    async () => {
      const { job } = start('is halted', 1500)
      await expect(job.ended).rejects.toMatchObject({ code: 'job.silent', params: { seconds: 2 } })
      expect(isAlive(job.process.pid, job.process.token)).toBe(false)
    },
  )

  it('that hangs gives none either', async () => {
    await expect(start('hangs before it says anything', 1500).job.ended).rejects.toMatchObject({ code: 'job.silent' })
  })

  it('that beats lives, whatever else it does or does not', async () => {
    const { job } = start('never ends', 1000)
    expect(await Promise.race([job.ended, new Promise((wait) => setTimeout(wait, 2500, 'lives'))])).toBe('lives')
    job.kill()
  })

  it('may be told anything after its end', async () => {
    const { job } = start('well')
    await job.ended
    job.stop(0)
    job.kill()
    job.send({ kind: 'stop' })
  })

  it('ends with the error of whoever takes its events, and takes nothing else along', async () => {
    const heard: JobEvent[] = []
    const job = supervisor.start(probe('sends a thousand and ends'), (event) => {
      heard.push(event)
      throw new AppError('disk.full')
    })
    await expect(job.ended).rejects.toMatchObject({ code: 'disk.full' })
    expect(heard).toHaveLength(1)
    expect(isAlive(job.process.pid, job.process.token)).toBe(false)
  })

  it('that cannot be started is an error like any other', async () => {
    const broken = createSupervisor({ jobEntry: resolve('test/fixtures/jobs/none.mjs') })
    const job = broken.start(probe('well'), () => undefined)
    await expect(job.ended).rejects.toMatchObject({ code: 'job.killed', params: { signal: 'exit 1' } })
  })
})

describe('a job that is asked for its answer', () => {
  it('gives it when it has ended, and tells how far it is', async () => {
    const { hardware } = await supervisor.ask(probe('well'), 'probed')
    expect(hardware).toBe('test')
    const heard: number[] = []
    const onProgress = ({ progress }: { progress: number }): void => void heard.push(progress)
    const silent = supervisor.ask(probe('sends a thousand and ends'), 'probed', { onProgress })
    await expect(silent).rejects.toMatchObject({ code: 'internal' })
    expect(heard).toHaveLength(1001)
  })

  it('rejects with its error, and is cancelled by the signal, before and while it works', async () => {
    await expect(supervisor.ask(probe('says failed'), 'probed')).rejects.toMatchObject({ code: 'engine.unavailable' })
    const cancelled = { code: 'cancelled' }
    const asked = new AbortController()
    const working = supervisor.ask(probe('never ends'), 'probed', { signal: asked.signal })
    asked.abort()
    await expect(working).rejects.toMatchObject(cancelled)
    const late = supervisor.ask(probe('never ends'), 'probed', { signal: asked.signal })
    await expect(late).rejects.toMatchObject(cancelled)
  })
})

it('leaves no process when it closes', async () => {
  const own = createSupervisor({ jobEntry: jobFixture })
  const jobs = [1, 2, 3].map(() => own.start(probe('never ends'), () => undefined))
  await own.close(50)
  for (const job of jobs) expect(isAlive(job.process.pid, job.process.token)).toBe(false)
})
