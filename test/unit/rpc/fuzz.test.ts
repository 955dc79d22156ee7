import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createBackend, type Backend } from '../../../src-main/backend/backend'
import { errorCodes } from '../../../src-preload/contract/errors'
import { runFields, runLimits } from '../../../src-preload/contract/limits'
import { methodNames, type Method } from '../../../src-preload/contract/methods'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const inputsPerMethod = 500
/** Each starts a process for every engine, twice. */
const inputsToMeasure = 5
let backend: Backend
const internal: unknown[] = []

beforeAll(() => {
  const profileDir = mkdtempSync(join(tmpdir(), 'homegrown-fuzz-'))
  backend = createBackend({
    profileDir,
    jobEntry: resolve('test/fixtures/jobs/job.mjs'),
    resourcesDir: resolve('resources'),
    engineOptions: { engine: 'wasm', tensorflowDirs: [] },
    appVersion: '0.0.0',
    checkOutput: true,
  })
  return async () => {
    await backend.close(0)
    rmSync(profileDir, { recursive: true, force: true })
  }
})

/** Ids that have the right form and name nothing, or do not even have the form. */
const id = fc.oneof(
  fc.constantFrom('run_00000000', 'c_00000000', 'talk_00000000', 'gen_00000000', 'up_00000000', '__proto__', ''),
  fc.string(),
)
/** Never an existing path: nothing of this machine is read, and nothing is imported. */
const path = fc.string().map((text) => `/homegrown-fuzz-none/${text}`)
const source = fc.oneof(
  fc.record({ kind: fc.constant('path'), path }),
  fc.record({ kind: fc.constant('upload'), uploadId: id }),
  fc.anything(),
)
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(NaN, Infinity, -0, 1e308, 2 ** 53))
const config = fc.record(
  Object.fromEntries(
    runFields.map((field) => [
      field,
      fc.oneof(fc.constant(runLimits[field].default), number, fc.string(), fc.anything()),
    ]),
  ),
  { requiredKeys: [] },
)
const choice = fc.record({
  model: fc.constantFrom('gpt', 'lstm', 'none'),
  size: fc.constantFrom('tiny', 'large', 1),
  length: fc.constantFrom('quick', 'long', null),
})
const sampling = fc.record({
  temperature: number,
  topK: number,
  topP: number,
  maxTokens: number,
  seed: fc.option(number),
  stop: fc.array(fc.string()),
})

/** Every key that any method knows, right and wrong: near misses get further in than noise. */
const shaped = fc.record(
  {
    corpusId: id,
    runId: id,
    conversationId: id,
    generationId: id,
    runIds: fc.array(id, { maxLength: 14 }),
    name: fc.oneof(fc.string(), fc.constant('x'.repeat(200))),
    title: fc.string(),
    notes: fc.string(),
    sources: fc.array(source, { maxLength: 4 }),
    offsetBytes: number,
    characters: number,
    maxPoints: fc.oneof(fc.integer({ min: 10, max: 4000 }), number),
    choice: fc.oneof(choice, fc.anything()),
    overrides: fc.oneof(config, fc.constant({})),
    config,
    checkpoint: fc.constantFrom('best', 'last', 'first'),
    prompt: fc.option(fc.string()),
    sampling: fc.oneof(sampling, fc.anything()),
    locale: fc.constantFrom('en', 'zh-CN', 'system', 'xx'),
    theme: fc.constantFrom('light', 'dark', 3),
    expert: fc.oneof(fc.boolean(), fc.anything()),
    smoothing: number,
  },
  { requiredKeys: [] },
)
const input = fc.oneof(
  { arbitrary: shaped, weight: 3 },
  {
    arbitrary: fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSparseArray: true,
      withTypedArray: true,
    }),
    weight: 1,
  },
)
const client = fc.constantFrom('window', 'browser', 'program')

async function check(method: string, value: unknown, who: 'window' | 'browser' | 'program'): Promise<void> {
  const answer = await backend.dispatch(method, value, who)
  if (answer.ok) return
  expect(Object.keys(errorCodes)).toContain(answer.error.code)
  // What nobody expected would be `internal`.
  if (answer.error.code === 'internal') internal.push({ method, value })
  expect(answer.error.code).not.toBe('internal')
  expect(JSON.stringify(answer.error)).not.toContain('    at ')
}

describe('the contract, fuzzed', () => {
  it.each(methodNames)(
    `${inputsPerMethod} inputs to %s (${inputsToMeasure} where each starts processes): an answer that fits, or a typed error`,
    async (method: Method) => {
      const property = fc.asyncProperty(input, client, (value, who) => check(method, value, who))
      await fc.assert(property, { numRuns: method === 'engines.measure' ? inputsToMeasure : inputsPerMethod })
      expect(internal).toEqual([])
    },
  )

  it('unknown methods are told as such', async () => {
    const property = fc.asyncProperty(fc.string(), async (method) => {
      const answer = await backend.dispatch(method, {}, 'window')
      if (!(methodNames as string[]).includes(method)) {
        expect(answer).toMatchObject({ ok: false, error: { code: 'method.unknown' } })
      }
    })
    await fc.assert(property, { numRuns: inputsPerMethod, examples: [['__proto__'], ['constructor'], ['toString']] })
  })

  it('nothing was trained or imported by it', async () => {
    expect(await backend.dispatch('corpora.list', {}, 'window')).toEqual({ ok: true, output: [] })
    expect(await backend.dispatch('corpora.list', {}, 'window')).toEqual({ ok: true, output: [] })
  })
})
