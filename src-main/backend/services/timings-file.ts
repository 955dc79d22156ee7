import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { isEarlierModel } from '../../../src-preload/contract/limits'
import { engineId } from '../../../src-preload/contract/records/computer'

const milliseconds = z.number().nonnegative()
const times = z.object({
  startMs: milliseconds,
  firstStepMs: milliseconds.positive(),
  settled: z.object({ afterMs: milliseconds, steps: z.number().nonnegative() }).nullable(),
  stepMs: milliseconds.positive(),
  evaluationMs: milliseconds,
  sampleMs: milliseconds,
  othersShare: z.number().min(0).max(1).optional(),
})
const timing = z.object({
  engine: engineId,
  /** Worth nothing for another version of the engine, or on other hardware. */
  version: z.string(),
  hardware: z.string(),
  key: z.string(),
  /** Made from a config (plan/time.ts); its key is held against it. */
  shape: z.record(z.string(), z.unknown()),
  times,
  measuredAt: z.number(),
})
export type Timing = z.infer<typeof timing>

const most = 300

/** What is not readable was never measured, nor is a kind of model that only earlier versions could compute worth anything. */
export function readTimings(file: string): Timing[] {
  try {
    const parsed = z.array(timing).safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return parsed.success ? parsed.data.filter(({ shape }) => !isEarlierModel(String(shape['model']))) : []
  } catch {
    return []
  }
}

/** In place of an earlier one of the same shape; the newest are kept. */
export function addTiming(file: string, added: Timing): void {
  const isSame = ({ engine, key }: Timing): boolean => engine === added.engine && key === added.key
  const all = [...readTimings(file).filter((one) => !isSame(one)), added].slice(-most)
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, JSON.stringify(all), { mode: 0o600 })
  renameSync(temporary, file)
}
