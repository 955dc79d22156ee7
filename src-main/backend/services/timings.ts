import { AppError } from '../../../src-preload/contract/errors'
import type { EngineId, EngineWish, RunConfig } from '../../../src-preload/contract/records'
import { activeStates } from '../../../src-preload/contract/run-state'
import { keyOf, shapeOf, type Evidence, type StepTimes, type TimedShape } from '../../plan/time'
import { ownedRuns } from '../db/runs'
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
  /** Shapes whose probe failed: asked again after the next start. */
  const failed = new Set<string>()
  let ofRuns: { asOf: string; evidence: Evidence[] } | null = null

  const isTraining = (): boolean => ownedRuns(db, activeStates).length > 0

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

  /**
   * Times this training, unless that is known, or something trains. Answers at once: `changed` follows when more is known.
   * One that is under way for another shape ends: somebody chose anew.
   */
  const want = (config: RunConfig, vocabSize: number): void => {
    const shape = shapeOf(config, vocabSize)
    const key = `${config.engine} ${keyOf(shape)}`
    if (current?.key === key || failed.has(key)) return
    cancel()
    if (isTraining() || isKnown(config, keyOf(shape))) return
    const mine = { key, job: null as Job | null }
    current = mine
    measure(mine, config, vocabSize)
      .catch((thrown: unknown) => {
        if (current !== mine) return
        failed.add(key)
        context.log(AppError.from(thrown))
      })
      .finally(() => {
        if (current === mine) current = null
      })
  }

  const measure = async (mine: { job: Job | null }, config: RunConfig, vocabSize: number): Promise<void> => {
    const engineOptions = await probes.optionsFor(config.engine, null)
    const info = probes.infoOf(config.engine)
    if (current !== mine || isTraining() || info === null) return
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
    context.emit({ topic: 'changed', what: 'timings' })
  }

  /** Before a training starts: nothing has to be saved. */
  const cancel = (): void => {
    current?.job?.kill()
    current = null
  }

  return { evidence, want, cancel, isMeasuring: () => current !== null }
}
