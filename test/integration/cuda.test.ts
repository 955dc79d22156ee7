import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkGpu, preloadCuda, readGpu, type Gpu } from '../../src-main/engine/runtime/tensorflow/cuda'
import { openEngine } from '../../src-main/engine/runtime/engine'
import { tensorflowDir } from '../tensorflow-dir'

const folder = mkdtempSync(join(tmpdir(), 'homegrown-cuda-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** A driver of a few lines, compiled here: it answers as one of the given kind would. */
function driver(name: string, init: number): string {
  const source = join(folder, `${name}.c`)
  const library = join(folder, `${name}.so`)
  writeFileSync(
    source,
    `#include <string.h>
     int cuInit(unsigned f) { return ${init}; }
     int cuDriverGetVersion(int *v) { *v = 12080; return 0; }
     int cuDeviceGet(int *d, int i) { *d = 7; return 0; }
     int cuDeviceGetName(char *s, int n, int d) { strncpy(s, "Test Card", n); return d != 7; }
     int cuDeviceGetAttribute(int *v, int a, int d) { *v = a == 75 ? 8 : a == 76 ? 9 : -1; return d != 7; }
     int cuDeviceTotalMem_v2(unsigned long *b, int d) { *b = 24ul << 30; return d != 7; }`,
  )
  const built = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source], { encoding: 'utf8' })
  if (built.status !== 0) throw new Error(built.stderr)
  return library
}

const hasCompiler = spawnSync('cc', ['--version']).status === 0
if (!hasCompiler) process.stderr.write('Stand-in drivers: left out, because there is no C compiler (cc).\n')

describe('the graphics card', () => {
  it.runIf(hasCompiler)('is read from the driver', () => {
    expect(readGpu(driver('good', 0))).toEqual({
      name: 'Test Card',
      capability: 89,
      memoryBytes: 24 * 1024 ** 3,
      driver: 12_080,
    })
  })

  it.runIf(hasCompiler)('is not there where the driver finds none', () => {
    expect(() => readGpu(driver('none', 100))).toThrow(/gpu\.noDriver.*cuInit 100/)
  })

  it('is not there without a driver', () => {
    expect(() => readGpu('libhomegrown-no-such-driver.so.1')).toThrow(/gpu\.noDriver/)
  })

  it('is refused with the reason', () => {
    const gpu: Gpu = { name: 'Test Card', capability: 89, memoryBytes: 24 * 1024 ** 3, driver: 12_080 }
    checkGpu(gpu)
    const refusal = (change: Partial<Gpu>): unknown => {
      try {
        checkGpu({ ...gpu, ...change })
        return null
      } catch (error) {
        return error
      }
    }
    expect(refusal({ driver: 11_080 })).toMatchObject({
      code: 'gpu.driverTooOld',
      params: { found: '11.8', needed: '12.0' },
    })
    expect(refusal({ capability: 52 })).toMatchObject({ code: 'gpu.tooOld', params: { found: 5.2, needed: 6 } })
    expect(refusal({ memoryBytes: 1024 ** 3 })).toMatchObject({ code: 'gpu.tooSmall', params: { foundGb: 1.1 } })
  })
})

describe('the engine for NVIDIA cards', () => {
  it('is passed over where there is no card', async () => {
    const options = { tensorflowDirs: [tensorflowDir()], runtimeDir: join(folder, 'runtime') }
    const auto = await openEngine({ ...options, engine: 'auto' })
    expect(['cuda', 'tensorflow']).toContain(auto.id)
    expect(auto.fallbackReason).toBeNull()
  })

  it('says which of its libraries is missing', () => {
    mkdirSync(join(folder, 'empty'))
    expect(() => {
      preloadCuda(join(folder, 'empty'))
    }).toThrow(/engine\.damaged.*libcudart/)
  })
})
