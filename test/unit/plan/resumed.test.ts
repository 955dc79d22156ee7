import { expect, it } from 'vitest'
import { resumedConfig, type ComputedBefore } from '../../../src-main/plan/resumed'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { config as plain } from '../db/rows'

const before: ComputedBefore = { engine: 'tensorflow', tier: 'graph', precision: 'bfloat16', settled: true }
const open = { compile: 'auto', precision: 'auto' } as const

it.each<[string, Partial<RunConfig>, ComputedBefore | null, object]>([
  ['what was chosen stays', open, before, { compile: 'graph', precision: 'bfloat16' }],
  ['what was not chosen yet is', open, { ...before, settled: false }, { compile: 'auto', precision: 'bfloat16' }],
  ['XLA stays', open, { ...before, tier: 'xla', settled: false }, { compile: 'xla', precision: 'bfloat16' }],
  ['another engine chooses anew', open, { ...before, engine: 'webgpu' }, open],
  ['so does one that had no choice', open, { ...before, tier: 'eager' }, open],
  ['nothing saved, nothing chosen', open, null, open],
  [
    'what the settings name has the last word',
    { compile: 'graph', precision: 'float32' },
    { ...before, tier: 'xla' },
    { compile: 'graph', precision: 'float32' },
  ],
])('%s', (_, change, computed, expected) => {
  const config = { ...plain, ...change }
  expect(resumedConfig(config, computed, 'tensorflow')).toEqual({ ...config, ...expected })
})
