import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelFrom } from '../../src-main/engine/model/registry'
import { initialWeights } from '../model'
import type { Decoder } from '../../src-main/engine/runtime/decoder'
import { openEngine, type Engine } from '../../src-main/engine/runtime/engine'
import { withDefaults } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { tensorflowDir } from '../tensorflow-dir'
import { farthest, greedily, readGolden, readGreedy, withWindow } from './numbers'

let engine: Engine
let dumpDir = ''

beforeAll(async () => {
  dumpDir = await mkdtemp(join(tmpdir(), 'homegrown-xla-'))
  // Read when the library loads: XLA then writes down what it compiles. Someone's own flags stay.
  process.env['XLA_FLAGS'] = `--xla_dump_to=${dumpDir}`
  engine = await openEngine({ engine: 'tensorflow', tensorflowDirs: [tensorflowDir()], talks: true })
})

afterAll(() => rm(dumpDir, { recursive: true, force: true }))

/** XLA's own names of its products of a matrix with one row: rows and numbers at once, shape, bias, parts. */
async function rowProducts(): Promise<string[]> {
  const names = new Set<string>()
  for (const file of await readdir(dumpDir)) {
    if (!file.endsWith('ir-with-opt.ll')) continue
    const code = await readFile(join(dumpDir, file), 'utf8')
    for (const [name] of code.matchAll(/row_major_gemv_\w+/g)) names.add(name)
  }
  return [...names]
}

const withXla = { compile: 'xla', precision: 'float32' } as const

test.each(['gpt', 'llama', 'lstm'] as const)('%s says the same tokens as PyTorch, greedily', async (model) => {
  const { blockSize, weights, ...text } = await readGreedy(model)
  const decoder = engine.openDecoder(withWindow(await readGolden(model), blockSize), weights, withXla)
  expect(await greedily(decoder, text)).toEqual(text.continuation)
  decoder.close()
})

test('XLA reads row by row, and shares what is large among its threads', async () => {
  // Of 3 MiB, 1, 4 and 4: the last two are large.
  const config = withDefaults({ model: 'gpt', nLayer: 1, nHead: 8, nEmbd: 512, blockSize: 64 }) as RunConfig
  const weights = initialWeights(config, 23, config.seed)
  const [compiled, plain] = [withXla, { ...withXla, compile: 'graph' } as const].map((options) =>
    engine.openDecoder(modelFrom(config, 23), weights, options),
  ) as [Decoder, Decoder]
  for (const id of [1, 2, 3]) expect(farthest(await compiled.feed([id]), await plain.feed([id]))).toBeLessThan(1e-5)
  for (const decoder of [compiled, plain]) decoder.close()

  const products = await rowProducts()
  expect(products.filter((name) => !name.startsWith('row_major_gemv_F32_1_'))).toEqual([])
  const ofShape = (shape: string): string[] => products.filter((name) => name.includes(`_${shape}_`))
  // One with its bias is computed by one thread.
  expect(ofShape('1536_512')).toEqual([expect.stringContaining('with_addend')])
  for (const shape of ['2048_512', '512_2048']) {
    expect(ofShape(shape)).toEqual([expect.not.stringContaining('with_addend')])
  }
})
