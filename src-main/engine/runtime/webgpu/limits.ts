import { AppError } from '../../../../src-preload/contract/errors'
import { sizeOf } from '../../../plan/shapes'
import type { StepSpec } from '../step'

const bytesPerNumber = 4

/**
 * A card binds buffers up to a size of its own; what is larger would silently count as zeros. Looks at the largest
 * tensors of a step: all weights in one vector, and the widest activation.
 * @returns examples a step that fit
 * @throws `memory.exhausted` when not even one does, or when fewer do than the step has: `batchSize` is how many
 */
export function checkBufferSizes(spec: StepSpec, limits: GPUSupportedLimits): void {
  const largest = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize)
  const weightBytes = bytesPerNumber * spec.weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const widest = Math.max(...spec.weights.filter(({ shape }) => shape.length === 2).flatMap(({ shape }) => shape))
  const exampleBytes = bytesPerNumber * spec.blockSize * widest
  const batchSize = weightBytes > largest ? 0 : Math.floor(largest / exampleBytes)
  if (spec.batchSize / spec.accumulation > batchSize)
    throw new AppError('memory.exhausted', { batchSize, bufferBytes: largest })
}
