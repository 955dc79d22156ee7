import type { TensorData } from '../../../src-main/engine/ops'
import type { TensorStream } from '../../../src-main/engine/tensor-stream'

/** Tensors in memory as a stream, which notes how many of their bytes are out, and were at most. */
export function streamOf(tensors: ReadonlyMap<string, TensorData>): TensorStream & { out: number; most: number } {
  const stream = {
    out: 0,
    most: 0,
    shapes: new Map(Array.from(tensors, ([name, { shape }]) => [name, shape])),
    read: (name: string) => {
      const { shape, data } = tensors.get(name) as TensorData
      stream.out += data.byteLength
      stream.most = Math.max(stream.most, stream.out)
      return Promise.resolve({ shape, data: data.slice() })
    },
    release: ({ data }: TensorData) => {
      stream.out -= data.byteLength
      // Whoever still uses it writes no tensor.
      data.fill(NaN)
    },
  }
  return stream
}
