import { AppError } from '../../../src-preload/contract/errors'
import {
  engineId,
  type EngineId,
  type EngineInfo,
  type EngineWish,
} from '../../../src-preload/contract/records/computer'
import { chooseEngine, isCompared, type EngineChoice } from '../../plan/engine-choice'
import { readSettings } from '../db/settings'
import type { EngineOptions, EngineProbe } from '../jobs/protocol'
import type { Context } from './context'
import { readFigures, writeFigures, type EngineFigure } from './engine-figures'

export type EngineProbes = ReturnType<typeof createEngineProbes>
export type ProbeContext = Pick<Context, 'db' | 'jobs' | 'paths' | 'engineOptions' | 'emit' | 'log' | 'now'>

/** Loading a library of hundreds of megabytes from a slow disk takes a while; a driver that hangs takes forever. */
const patienceMs = 60_000

/**
 * What works here and how fast it is: each engine in a process of its own, so that a library or a driver that crashes
 * takes nothing along. Figures are kept in the profile with the version and the hardware that they belong to.
 */
export function createEngineProbes(context: ProbeContext, openLimitMs = patienceMs) {
  const { engineOptions, paths } = context
  let looking: Promise<EngineInfo[]> | null = null
  /** Those that were looked at without the others. */
  const alone = new Map<EngineId, Promise<EngineInfo>>()
  /** The last that is known, for those who cannot wait. */
  let known: readonly EngineInfo[] = []
  let measuring: Promise<void> | null = null

  /** @throws AppError what the engine says, `engine.crashed`, `engine.noAnswer` */
  const probe = async (engine: EngineId, measure: boolean): Promise<EngineProbe> => {
    const limitMs = measure ? 2 * openLimitMs : openLimitMs
    let answer = null as EngineProbe | null
    const task = { kind: 'probe' as const, engineOptions: { ...engineOptions, engine }, measure }
    const job = context.jobs.start(task, (event) => {
      if (event.kind === 'probed') answer = event
    })
    const seen = { limit: false }
    const limit = setTimeout(() => {
      seen.limit = true
      job.kill()
    }, limitMs)
    try {
      await job.ended
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code !== 'job.killed') throw error
      if (seen.limit) throw new AppError('engine.noAnswer', { seconds: Math.round(limitMs / 1000) })
      // After its answer only its end can have gone wrong; nothing is lost by that.
      if (answer === null) throw new AppError('engine.crashed', { signal: error.params['signal'] ?? '' })
    } finally {
      clearTimeout(limit)
    }
    if (answer === null) throw new AppError('engine.crashed', { signal: 'exit 0' })
    return answer
  }

  const lookAt = async (engine: EngineId): Promise<EngineInfo> => {
    try {
      const { version, location, hardware } = await probe(engine, false)
      const found = readFigures(paths.engineFigures)[engine]
      const fits = found?.version === version && found.hardware === hardware
      return toInfo({ engine, version, location, hardware }, fits ? found : null)
    } catch (thrown) {
      return unavailable(engine, thrown)
    }
  }

  /** All engines, in the order in which they are shown. Asking again costs nothing. */
  const look = (): Promise<EngineInfo[]> => {
    looking ??= Promise.all(engineId.options.map(lookAt)).then((found) => (known = found))
    return looking
  }

  /** One of them, without opening the others where nobody has asked for those. */
  const lookAlone = async (engine: EngineId): Promise<EngineInfo> => {
    const found = looking === null ? undefined : (await looking).find((info) => info.engine === engine)
    if (found !== undefined) return found
    const info = alone.get(engine) ?? lookAt(engine)
    alone.set(engine, info)
    return info
  }

  const measureThose = async (wanted: (info: EngineInfo) => boolean): Promise<void> => {
    forgetAll()
    const found = await look()
    const measured: EngineInfo[] = []
    // One after the other: beside each other they would measure each other.
    for (const info of found) measured.push(wanted(info) ? await measureOne(info) : info)
    known = measured
    looking = Promise.resolve(measured)
    context.emit({ topic: 'changed', what: 'engines' })
  }

  const measureOne = async (info: EngineInfo): Promise<EngineInfo> => {
    const { engine, version, hardware, location } = info
    // One that could not be measured before may be better now.
    if (version === null || hardware === null) return info
    const facts = { version, hardware, measuredAt: context.now() }
    let figure: EngineFigure
    try {
      const { stepMs } = await probe(engine, true)
      figure = { ...facts, stepMs, problem: null }
    } catch (thrown) {
      figure = { ...facts, stepMs: null, problem: AppError.from(thrown).toData() }
    }
    try {
      writeFigures(paths.engineFigures, { ...readFigures(paths.engineFigures), [engine]: figure })
    } catch (thrown) {
      // A full disk: it is measured again next time.
      context.log(AppError.from(thrown))
    }
    return toInfo({ engine, version, location, hardware }, figure)
  }

  /** Measures whatever works, unless told otherwise. Those who ask meanwhile wait for the same measurement. */
  const measure = (wanted: (info: EngineInfo) => boolean = () => true): Promise<void> => {
    measuring ??= measureThose(wanted).finally(() => (measuring = null))
    return measuring
  }

  /** Of the environment, which decides for the whole program, else of the settings. */
  const wish = (): EngineWish =>
    engineOptions.engine === 'auto' ? readSettings(context.db).engine : engineOptions.engine

  const works = (engine: EngineId | null): engine is EngineId =>
    known.some((info) => info.available && info.engine === engine)

  /** As far as is known: measures nothing. */
  const choice = async (): Promise<EngineChoice> => chooseEngine(await look(), wish())

  /**
   * The options of a training. Measures where two engines are possible and no figure says which is faster.
   * @param asked the run's own setting
   * @param before what has computed this run so far: it goes on with that where it can, since bits differ, and then
   *   nobody looks at the others
   */
  const optionsFor = async (asked: EngineWish, before: EngineId | null): Promise<EngineOptions> => {
    if (engineOptions.engine !== 'auto') return engineOptions
    if (asked !== 'auto') return { ...engineOptions, engine: asked }
    if (before !== null) {
      const info = await lookAlone(before)
      if (info.available) {
        const found = looking === null ? [info] : await looking
        return { ...engineOptions, order: chooseEngine(found, before).order }
      }
    }
    const compared = (await look()).filter(isCompared)
    if (compared.length > 1 && compared.some(({ stepMs }) => stepMs === null)) await measure(isCompared)
    return { ...engineOptions, order: chooseEngine(await look(), wish()).order }
  }

  /** So that what `optionsFor` needs to know is there when it is asked; never fails. */
  const prepareFor = (asked: EngineWish, before: EngineId | null): void => {
    if (engineOptions.engine !== 'auto' || asked !== 'auto') return
    void (before === null ? look() : lookAlone(before))
  }

  /**
   * What computes a run that asks for `asked`, as far as is known now; null: nobody has looked yet.
   * @param before what has computed it so far
   */
  const expected = (asked: EngineWish, before: EngineId | null = null): EngineId | null => {
    const named = engineOptions.engine === 'auto' ? asked : engineOptions.engine
    if (named !== 'auto') return named
    if (known.length === 0) return before
    return chooseEngine(known, works(before) ? before : wish()).order[0] ?? null
  }

  /** What is known of the engine that `expected` names. */
  const infoOf = (asked: EngineWish): EngineInfo | null => {
    const engine = expected(asked)
    return known.find((info) => info.engine === engine) ?? null
  }

  /** Looks where nobody has and where it decides what computes a run: not for an engine that is named. */
  const lookFor = async (asked: EngineWish): Promise<void> => {
    if (expected(asked) === null) await look()
  }

  /** The options of a talk: what is wished for by name, else CUDA, TensorFlow, WASM; never one that is known not to work. */
  const optionsToTalk = (): EngineOptions => {
    if (engineOptions.engine !== 'auto') return engineOptions
    const wished = wish()
    const order: EngineId[] = wished === 'auto' ? ['cuda', 'tensorflow'] : [wished, 'cuda', 'tensorflow']
    const broken = new Set(known.filter(({ available }) => !available).map(({ engine }) => engine))
    return { ...engineOptions, order: order.filter((engine) => !broken.has(engine)) }
  }

  /** Looks anew when it is asked next: what can be used has changed. */
  const forget = (): void => {
    if (measuring === null) forgetAll()
  }

  const forgetAll = (): void => {
    looking = null
    alone.clear()
  }

  return { look, lookFor, measure, wish, choice, expected, infoOf, prepareFor, optionsFor, optionsToTalk, forget }
}

const toInfo = (
  facts: Pick<EngineInfo, 'engine' | 'version' | 'location' | 'hardware'>,
  figure: EngineFigure | null,
): EngineInfo => ({
  ...facts,
  available: (figure?.problem ?? null) === null,
  stepMs: figure?.stepMs ?? null,
  measuredAt: figure?.measuredAt ?? null,
  problem: figure?.problem ?? null,
})

const unavailable = (engine: EngineId, thrown: unknown): EngineInfo => ({
  engine,
  available: false,
  version: null,
  location: null,
  hardware: null,
  stepMs: null,
  measuredAt: null,
  problem: AppError.from(thrown).toData(),
})
