import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadCApi } from '../../src-main/engine/runtime/tensorflow/c-api'
import { TensorFlowContext } from '../../src-main/engine/runtime/tensorflow/context'
import { preloadCuda } from '../../src-main/engine/runtime/tensorflow/cuda'
import { enginePackages } from '../../src-main/plan/engine-packages'

// 5 GB, so only where they are installed; a file of its own, since a process loads one libtensorflow.
const cache = process.env['HOMEGROWN_CACHE'] ?? join(homedir(), '.cache/homegrown')
const folder = join(cache, 'runtime', enginePackages.cuda.folder)
const hasCuda = existsSync(join(folder, 'engine.json'))
if (!hasCuda) process.stderr.write('CUDA libraries: left out, because they are not installed (engine install cuda).\n')

it.runIf(hasCuda)('load in order without a system CUDA, and compute on the processor where there is no card', () => {
  preloadCuda(folder)
  const context = new TensorFlowContext(loadCApi(join(folder, enginePackages.cuda.libraryDir)))
  expect(context.version).toBe(enginePackages.cuda.version)
  const float32 = 1
  const input = context.newHandle(float32, [2], Float32Array.of(1, 2))
  const [sum] = context.execute('AddV2', [input, input], 1)
  expect(sum).toBeDefined()
  if (sum === undefined) return
  expect([...new Float32Array(context.read(sum).buffer)]).toEqual([2, 4])
  context.release([input, sum])
})
