import { expect, it } from 'vitest'
import { withDefaults } from '../../../src-preload/contract/limits'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { afterOutOfMemory, lessMemory, type Trials } from '../../../src-main/plan/less-memory'

/** All changes that a config goes through, one after the other, until nothing is left. */
function changesOf(start: Partial<RunConfig>): Partial<RunConfig>[] {
  let config = withDefaults(start) as RunConfig
  const changes: Partial<RunConfig>[] = []
  for (let change = lessMemory(config); change !== null; change = lessMemory(config)) {
    changes.push(change)
    config = { ...config, ...change }
  }
  return changes
}

const again = { activationCheckpointing: 'on' } as const

it('halves the examples at once, then computes blocks again, then gives up', () => {
  const parts = [{ accumulation: 2 }, { accumulation: 4 }, { accumulation: 12 }]
  expect(changesOf({ model: 'gpt', batchSize: 12 })).toEqual([...parts, again])
  expect(changesOf({ model: 'llama', batchSize: 1 })).toEqual([again])
  expect(changesOf({ model: 'llama', batchSize: 1, ...again })).toEqual([])
  // An LSTM has no blocks.
  expect(changesOf({ model: 'lstm', batchSize: 2 })).toEqual([{ accumulation: 2 }])
})

it.each<[string, Trials, Partial<RunConfig>[]]>([
  ['a plain graph, float32', { xla: true, bfloat16: true }, [{ compile: 'graph' }, { precision: 'float32' }]],
  ['a plain graph where bfloat16 is not tried', { xla: true, bfloat16: false }, [{ compile: 'graph' }]],
  ['nothing where nothing is tried', { xla: false, bfloat16: false }, []],
])('after running out of memory: first %s, then parts', (_, trials, first) => {
  let config = withDefaults({ model: 'gpt', batchSize: 2, compile: 'auto', precision: 'auto' }) as RunConfig
  const changes: Partial<RunConfig>[] = []
  for (let change = afterOutOfMemory(config, trials); change; change = afterOutOfMemory(config, trials)) {
    changes.push(change)
    config = { ...config, ...change }
  }
  expect(changes).toEqual([...first, { accumulation: 2 }, again])
})
