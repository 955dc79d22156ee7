import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { createBackend, type Backend, type BackendOptions } from '../../../src-main/backend/backend'
import type { AppEvent } from '../../../src-preload/contract/events'
import type { Input, Method, Output } from '../../../src-preload/contract/methods'
import type { CorpusRecord } from '../../../src-preload/contract/records/corpora'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { temporaryFolder } from '../temporary'

export const jobFixture = resolve('test/fixtures/jobs/job.mjs')

export interface TestBackend {
  readonly backend: Backend
  readonly profileDir: string
  readonly events: AppEvent[]
  /** Rejects with the error's data where the answer is an error. */
  request<M extends Method>(method: M, input: Input<M>): Promise<Output<M>>
  /** Resolves with the first event that fits, from now on or already there. */
  seen<E extends AppEvent>(fits: (event: AppEvent) => event is E): Promise<E>
  runState(runId: string, ...states: RunRecord['state'][]): Promise<RunRecord>
  importSample(): Promise<CorpusRecord>
}

/** A whole backend on a temporary profile, with real processes that do as little as a job can (fixtures/jobs). */
export function openBackend(profileDir = temporaryFolder(), options: Partial<BackendOptions> = {}): TestBackend {
  const backend = createBackend({
    profileDir,
    jobEntry: jobFixture,
    resourcesDir: resolve('resources'),
    engineOptions: { engine: 'wasm', tensorflowDirs: [] },
    appVersion: '0.0.0',
    checkOutput: true,
    ...options,
  })
  onTestFinished(() => backend.close(500))
  const events: AppEvent[] = []
  backend.subscribe((event) => events.push(event))

  const request = async <M extends Method>(method: M, input: Input<M>): Promise<Output<M>> => {
    const answer = await backend.dispatch(method, input, 'window')
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- tests match the error's data
    if (!answer.ok) throw answer.error
    return answer.output as Output<M>
  }
  const seen = <E extends AppEvent>(fits: (event: AppEvent) => event is E): Promise<E> => {
    const found = events.find(fits)
    if (found !== undefined) return Promise.resolve(found)
    return new Promise((resolveSeen) => {
      const unsubscribe = backend.subscribe((event) => {
        if (!fits(event)) return
        unsubscribe()
        resolveSeen(event)
      })
    })
  }
  const runState = async (runId: string, ...states: RunRecord['state'][]): Promise<RunRecord> => {
    for (;;) {
      const { run } = await request('runs.get', { runId })
      if (states.includes(run.state)) return run
      await new Promise((wait) => setTimeout(wait, 10))
    }
  }
  const importSample = async (): Promise<CorpusRecord> => {
    const path = join(resolve('resources'), 'sample', 'en.txt')
    const { corpusId } = await request('corpora.import', { sources: [{ kind: 'path', path }] })
    return await backend.services.corpora.settled(corpusId)
  }
  return { backend, profileDir, events, request, seen, runState, importSample }
}
