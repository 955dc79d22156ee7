import { describe, expect, it } from 'vitest'
import { runLimits } from '../../../src-preload/contract/limits'
import type { RunChoice, RunConfig } from '../../../src-preload/contract/records/run-config'
import { nameParts, runName, type Made } from '../../../src-preload/contract/run-name'

const config = Object.fromEntries(
  Object.entries(runLimits).map(([field, limit]) => [field, limit.default]),
) as unknown as RunConfig
const choice: RunChoice = { model: 'llama', size: 'tiny', length: 'normal' }
const before: Made = { choice, config }
const parts = (settings: Partial<RunConfig>, recipe: Partial<RunChoice> = {}) =>
  nameParts({ choice: { ...choice, ...recipe }, config: { ...config, ...settings } }, before)

describe('what a run does otherwise', () => {
  it.each([
    [{ nLayer: 8 }, { kind: 'twice', field: 'nLayer' }],
    [{ nLayer: 2 }, { kind: 'half', field: 'nLayer' }],
    [{ nLayer: 12 }, { kind: 'times', field: 'nLayer', by: 3 }],
    [{ nLayer: 7 }, { kind: 'value', field: 'nLayer', value: 7 }],
    // Of binary fractions.
    [{ learningRate: 1e-4 }, { kind: 'divided', field: 'learningRate', by: 10 }],
    [{ learningRate: 3e-3 }, { kind: 'times', field: 'learningRate', by: 3 }],
    // From zero there is no factor, and of a number of evaluations nobody says it.
    [{ patience: 10 }, { kind: 'value', field: 'patience', value: 10 }],
    [{ dropout: 0.2 }, { kind: 'value', field: 'dropout', value: 0.2 }],
    [{ optimizer: 'muon' }, { kind: 'value', field: 'optimizer', value: 'muon' }],
  ] as const)('%j', (settings, part) => {
    expect(parts(settings)).toEqual([part])
  })

  it('says what the dials say, before what was typed, and not everything', () => {
    expect(parts({ nLayer: 8, seed: 3, weightDecay: 0 }, { size: 'small', model: 'lstm' })).toEqual([
      { kind: 'model', model: 'lstm' },
      { kind: 'size', size: 'small' },
      { kind: 'twice', field: 'nLayer' },
    ])
  })

  it('says nothing of how it reports and what computes it', () => {
    expect(parts({ evalInterval: 7, samplePrompt: 'There was', engine: 'wasm', warmupSteps: 1 })).toEqual([])
  })
})

describe('the name of a run', () => {
  it.each([
    ['Tales.txt', [], [], 'Tales'],
    ['Tales', ['small'], [], 'Tales · small'],
    ['Tales', [], ['Tales'], 'Tales 2'],
    ['Tales', ['small'], ['Tales · small', 'Tales · small 2'], 'Tales · small 3'],
  ])('%s with %j beside %j: %s', (text, phrases, taken, name) => {
    expect(runName(text, phrases, new Set(taken))).toBe(name)
  })

  it('leaves out what there is no space for', () => {
    const name = runName('T'.repeat(200), ['a'.repeat(60), 'small'], new Set())
    expect(name).toBe(`${'T'.repeat(80)} · small`)
  })
})
