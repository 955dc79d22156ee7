import { AppError } from '../../../src-preload/contract/errors'
import type { EngineId, EngineWish } from '../../../src-preload/contract/records/computer'
import type { SpeedTest } from '../../../src-preload/contract/records/plan'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { activeStates } from '../../../src-preload/contract/run-state'
import { keyOf, shapeOf, type Evidence, type StepTimes, type TimedShape } from '../../plan/time'
import { findRun, ownedRuns } from '../db/runs'
import { newestEnd } from '../db/timed-runs'
import type { Job } from '../jobs/supervisor'
import type { Context } from './context'
import { runEvidence } from './run-times'
import { addTiming, readTimings } from './timings-file'

const compiles = (engine: EngineId, { compile }: RunConfig): boolean =>
  compile !== 'graph' && (engine === 'tensorflow' || engine === 'cuda')

/** From its second time how it starts; of what both measured the mean: two processes differ by several percent. */
function asFoundAgain(first: StepTimes, again: StepTimes): StepTimes {
  const mean = (key: 'stepMs' | 'evaluationMs' | 'sampleMs'): number => (first[key] + again[key]) / 2
  const both = { stepMs: mean('stepMs'), evaluationMs: mean('evaluationMs'), sampleMs: mean('sampleMs') }
  return again.settled === null ? { ...again, settled: first.settled, ...both } : { ...again, ...both }
}

export type Timings = ReturnType<typeof createTimings>
export type TimingsContext = Pick<
  Context,
  'db' | 'jobs' | 'paths' | 'engineOptions' | 'probes' | 'emit' | 'log' | 'now' | 'triesBfloat16'
>

/**
 * What trainings take on this computer: from those that are over, and from probes that compute a few steps of what
 * somebody is about to train. A probe never runs beside a training. Where XLA compiles, a second one follows.
 */
export function createTimings(context: TimingsContext) {
  const { db, paths, probes } = context
  let current: { key: string; job: Job | null } | null = null
  /** Shapes whose probe failed, or did not come to an end: asked again after the next start. */
  const failed = new Set<string>()
  let ofRuns: { asOf: string; evidence: Evidence[] } | null = null

  /** The run that trains, or is about to, by whichever process on this profile. */
  const training = (): string | null => {
    const active = ownedRuns(db, activeStates)
    return (active.find(({ state }) => state === 'running') ?? active[0])?.run_id ?? null
  }

  /** All that is known of the engine that would compute a run that asks for `asked`. */
  const evidence = (asked: EngineWish): Evidence[] => {
    const info = probes.infoOf(asked)
    if (info?.version == null) return []
    const { engine, version, hardware } = info
    const probed = readTimings(paths.timings).filter(
      (one) => one.engine === engine && one.version === version && one.hardware === hardware,
    )
    const asOf = `${engine} ${version} ${newestEnd(db)}`
    if (ofRuns?.asOf !== asOf) ofRuns = { asOf, evidence: runEvidence(db, info, context.triesBfloat16) }
    return [
      ...probed.map(({ shape, times, measuredAt }) => ({
        shape: shape as unknown as TimedShape,
        times,
        source: 'probe' as const,
        measuredAt,
      })),
      ...ofRuns.evidence,
    ]
  }

  const isKnown = (config: RunConfig, key: string): boolean =>
    evidence(config.engine).some((one) => keyOf(one.shape) === key && one.times.settled !== null)

  const shapeKeyOf = (config: RunConfig, vocabSize: number) => {
    const shape = keyOf(shapeOf(config, vocabSize))
    return { shape, key: `${config.engine} ${shape}` }
  }

  /** Whether this training is timed, or why not. */
  const testOf = (config: RunConfig, vocabSize: number): SpeedTest => {
    const { shape, key } = shapeKeyOf(config, vocabSize)
    if (current?.key === key) return { state: 'running' }
    if (isKnown(config, shape)) return { state: 'known' }
    const runId = training()
    if (runId !== null) return { state: 'training', name: findRun(db, runId, 'any')?.name ?? '' }
    return { state: failed.has(key) ? 'failed' : 'soon' }
  }

  /**
   * Times this training, unless that is known, or something trains. Answers at once: `changed` follows when more is known.
   * One that is under way for another shape ends: somebody chose anew.
   */
  const want = (config: RunConfig, vocabSize: number): void => {
    const { shape, key } = shapeKeyOf(config, vocabSize)
    if (current?.key === key || failed.has(key)) return
    cancel()
    if (training() !== null || isKnown(config, shape)) return
    const mine = { key, job: null as Job | null }
    current = mine
    tell()
    measure(mine, config, vocabSize)
      .catch((thrown: unknown) => {
        if (current === mine) context.log(AppError.from(thrown))
      })
      .finally(() => {
        if (current !== mine) return
        current = null
        // Whoever hears that it is over asks again.
        if (!isKnown(config, shape)) failed.add(key)
        tell()
      })
  }

  const tell = (): void => {
    context.emit({ topic: 'changed', what: 'timings' })
  }

  const measure = async (mine: { job: Job | null }, config: RunConfig, vocabSize: number): Promise<void> => {
    const engineOptions = await probes.optionsFor(config.engine, null)
    const info = probes.infoOf(config.engine)
    if (current !== mine || training() !== null || info === null) return
    const shape = shapeOf(config, vocabSize)
    /** @returns what it said last */
    const once = async (onTimes: (times: StepTimes) => void): Promise<StepTimes | null> => {
      const heard: StepTimes[] = []
      mine.job = context.jobs.start({ kind: 'time', config, vocabSize, engineOptions }, (event) => {
        if (event.kind !== 'timed' || current !== mine) return
        heard.push(event.times)
        onTimes(event.times)
      })
      await mine.job.ended
      return heard.at(-1) ?? null
    }
    const first = await once((times) => {
      keep(info, shape, times)
    })
    if (first?.settled == null || !compiles(info.engine, config)) return
    // What XLA compiled, the run finds: only a process that finds it too can tell how long that takes.
    const again = await once(() => undefined)
    if (again !== null) keep(info, shape, asFoundAgain(first, again))
  }

  const keep = (info: NonNullable<ReturnType<typeof probes.infoOf>>, shape: TimedShape, times: StepTimes): void => {
    const { engine, version, hardware } = info
    if (version === null || hardware === null) return
    const facts = {
      engine,
      version,
      hardware,
      key: keyOf(shape),
      shape: { ...shape },
      times,
      measuredAt: context.now(),
    }
    try {
      addTiming(paths.timings, facts)
    } catch (thrown) {
      // A full disk: it is measured again next time.
      context.log(AppError.from(thrown))
    }
    tell()
  }

  /** Before a training starts: nothing has to be saved. */
  const cancel = (): void => {
    current?.job?.kill()
    current = null
  }

  return { evidence, testOf, want, cancel, isMeasuring: () => current !== null }
}
