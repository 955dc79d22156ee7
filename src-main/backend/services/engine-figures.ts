import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { errorData } from '../../../src-preload/contract/records/common'
import { engineId, type EngineId } from '../../../src-preload/contract/records/computer'

/** What came of measuring an engine; worth nothing for another version of it, or on other hardware. */
const figure = z.object({
  version: z.string(),
  hardware: z.string(),
  /** Milliseconds; null where measuring failed. */
  stepMs: z.number().positive().nullable(),
  problem: errorData.nullable(),
  measuredAt: z.number(),
})
export type EngineFigure = z.infer<typeof figure>
export type EngineFigures = Partial<Record<EngineId, EngineFigure>>

const figures = z.partialRecord(engineId, figure)

/** What is not readable was never measured. */
export function readFigures(file: string): EngineFigures {
  try {
    const parsed = figures.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return parsed.success ? parsed.data : {}
  } catch {
    return {}
  }
}

export function writeFigures(file: string, all: EngineFigures): void {
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, JSON.stringify(all, null, 2), { mode: 0o600 })
  renameSync(temporary, file)
}
