import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { jobEnvironment } from '../../src-main/backend/jobs/environment'
import { withDefaults } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { libraryFileBytes } from '../../src-main/plan/memory'
import { summarize } from '../../src-main/plan/summary'
import { memoryShapes } from './memory-shapes'

/**
 * npm run bench:memory: the peak memory of a training job beside what is predicted before it starts, a job of its own
 * for each shape. HOMEGROWN_BENCH_SHAPES picks some by parts of their names, separated by semicolons.
 */

interface Peak {
  readonly peakBytes: number
  readonly fileBytes: number
}

function configOf(overrides: Partial<RunConfig>): RunConfig {
  const few = { maxSteps: 4000, warmupSteps: 0, evalInterval: 2, evalBatches: 1, logInterval: 1, sampleInterval: 0 }
  return withDefaults({ ...few, learningRate: 1e-4, minLearningRate: 1e-5, ...overrides }) as RunConfig
}

async function peakOf(config: RunConfig, vocabSize: number): Promise<number> {
  const question = JSON.stringify({ config, vocabSize, tensorflowDir: process.env['HOMEGROWN_TENSORFLOW_DIR'] })
  const program = join(import.meta.dirname, 'our-memory.cjs')
  const { stdout } = await promisify(execFile)(process.execPath, [program, question], { env: jobEnvironment() })
  const { peakBytes, fileBytes } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Peak
  // How much of the library's file counts as resident depends on what the system's cache holds of it.
  return peakBytes - Math.min(fileBytes, libraryFileBytes) + libraryFileBytes
}

async function main(): Promise<void> {
  const parts = process.env['HOMEGROWN_BENCH_SHAPES']?.split(';').map((part) => part.trim())
  for (const { name, vocabSize, fitted, ...shape } of memoryShapes) {
    if (parts && !parts.some((part) => name.includes(part))) continue
    const config = configOf(shape.config)
    const predicted = summarize(config, vocabSize, 0).memoryBytes
    const measured = await peakOf(config, vocabSize)
    const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
    const deviation = ((predicted / measured - 1) * 100).toFixed(0)
    console.log(
      `${name}: measured ${megabytes(measured)}, predicted ${megabytes(predicted)} (${deviation} %${fitted ? ', fitted' : ''})`,
    )
  }
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
