import { AppError } from '../../../../src-preload/contract/errors'
import { sizeOf } from '../../model/weight-table'
import type { StepSpec } from '../../train-step'

const bytesPerNumber = 4

/** Of a device's limits those on one buffer. */
type BufferLimits = Pick<GPUSupportedLimits, 'maxStorageBufferBindingSize' | 'maxBufferSize'>

/**
 * A card binds buffers up to a size of its own; what is larger would silently count as zeros. Looks at the largest
 * tensors of a step: all weights in one vector, the widest activation, and the attention scores of a layer.
 * @throws `memory.exhausted` when not even one example fits, or fewer than the step has: `batchSize` is how many do
 */
export function checkBufferSizes({ model, ...spec }: StepSpec, limits: BufferLimits): void {
  const largest = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize)
  const weightBytes = bytesPerNumber * model.weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const widest = Math.max(...model.weights.filter(({ shape }) => shape.length === 2).flatMap(({ shape }) => shape))
  const exampleBytes = bytesPerNumber * Math.max(spec.blockSize * widest, model.heads * spec.blockSize ** 2)
  const batchSize = weightBytes > largest ? 0 : Math.floor(largest / exampleBytes)
  if (spec.batchSize / spec.accumulation > batchSize)
    throw new AppError('memory.exhausted', { batchSize, bufferBytes: largest })
}
