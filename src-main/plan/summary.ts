import type { ModelSummary } from '../../src-preload/contract/records/plan'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { modelFrom } from '../engine/model/registry'
import { sizeOf, type WeightShape } from '../engine/model/weight-table'
import { isAlone } from './execution'
import { predictedBytes } from './memory'

/** What the form shows beside the fields: layers, shapes, parameters, memory, passes over the text. */
export function summarize(config: RunConfig, vocabSize: number, trainTokens: number): ModelSummary {
  const { weights } = modelFrom(config, vocabSize)
  const layers = new Map<string, { shapes: number[][]; parameters: number }>()
  for (const { name, shape } of weights) {
    const layer = name.replace(/\.[^.]+$/, '')
    const entry = layers.get(layer) ?? { shapes: [], parameters: 0 }
    entry.shapes.push([...shape])
    entry.parameters += sizeOf(shape)
    layers.set(layer, entry)
  }
  const total = (some: readonly WeightShape[]): number => some.reduce((sum, w) => sum + sizeOf(w.shape), 0)
  const parameterCount = total(weights)
  const aloneCount = total(weights.filter((w) => isAlone(w, config)))
  return {
    layers: [...layers].map(([name, layer]) => ({ name, ...layer })),
    parameterCount,
    vocabSize,
    memoryBytes: predictedBytes(config, vocabSize, parameterCount, aloneCount),
    epochs: trainTokens === 0 ? 0 : (config.maxSteps * config.batchSize * config.blockSize) / trainTokens,
  }
}

/** The most tokens that a run's model looks back on; null: all, in a memory of one size. */
export const windowOf = (config: RunConfig, vocabSize: number): number | null => modelFrom(config, vocabSize).window
