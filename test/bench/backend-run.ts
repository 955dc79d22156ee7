import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBackend, type Backend } from '../../src-main/backend/backend'
import { engineOptionsFrom } from '../../src-main/backend/places'
import type { RunPlan } from '../../src-preload/contract/records/plan'
import type { RunChoice, RunConfig } from '../../src-preload/contract/records/run-config'
import type { RunDetail } from '../../src-preload/contract/records/runs'
import { required } from './program'

/** The app's backend on a profile of its own, for benchmarks of what a person would see. */
export interface BenchBackend {
  readonly backend: Backend
  readonly profileDir: string
  importSample(language: 'en' | 'zh-CN'): Promise<string>
  /** The plan once its time is measured. */
  measuredPlan(corpusId: string, choice: RunChoice, overrides: Partial<RunConfig>): Promise<RunPlan>
  train(corpusId: string, config: RunConfig): Promise<RunDetail>
  close(): Promise<void>
}

export async function openBenchBackend(): Promise<BenchBackend> {
  const root = required('HOMEGROWN_BENCH_ROOT')
  const profileDir = mkdtempSync(join(tmpdir(), 'homegrown-bench-'))
  const backend = createBackend({
    profileDir,
    jobEntry: join(root, 'out/main/job.cjs'),
    resourcesDir: join(root, 'resources'),
    // Programs of XLA's are this profile's own: a first start is what is predicted.
    engineOptions: { ...engineOptionsFrom(process.env), programsDir: join(profileDir, 'programs') },
    appVersion: 'bench',
  })
  const { services } = backend
  await services.system.info()

  const until = <T>(found: () => T | null): Promise<T> =>
    new Promise((resolve) => {
      const look = (): void => {
        const value = found()
        if (value === null) return
        unsubscribe()
        clearInterval(timer)
        resolve(value)
      }
      const unsubscribe = backend.subscribe(look)
      const timer = setInterval(look, 500)
    })

  const measuredPlan: BenchBackend['measuredPlan'] = async (corpusId, choice, overrides) => {
    const ask = (): RunPlan => services.runs.plan({ corpusId, choice, overrides })
    services.runs.measure({ corpusId, config: ask().config })
    await until(() => (services.runs.isMeasuring() ? null : true))
    return ask()
  }
  const train: BenchBackend['train'] = async (corpusId, config) => {
    const { runId } = await services.runs.start({ corpusId, config })
    const over = ['done', 'failed', 'interrupted', 'stopped', 'paused']
    await until(() => (over.includes(services.runs.get(runId).run.state) ? true : null))
    const detail = services.runs.get(runId)
    if (detail.run.state !== 'done') throw new Error(`${detail.run.state}: ${JSON.stringify(detail.run.error)}`)
    return detail
  }
  return {
    backend,
    profileDir,
    measuredPlan,
    train,
    importSample: async (language) => {
      const { corpusId } = await services.corpora.import({ sources: [{ kind: 'sample', language }] })
      await services.corpora.settled(corpusId)
      return corpusId
    },
    close: async () => {
      await backend.close()
      rmSync(profileDir, { recursive: true, force: true })
    },
  }
}
