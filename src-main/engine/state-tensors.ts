import { momentPrefixes } from './optim/moments'
import type { WeightLayout, WeightPlace } from './layout'
import type { TensorStream } from './tensor-stream'

/** What a training changes, as a checkpoint holds it: weights by name, their moments by PyTorch's names. */
export interface StateTensors {
  readonly weights: TensorStream
  readonly optimizer: TensorStream
}

/** What an engine keeps for each vector of a layout. */
export type StatePart = 'weights' | keyof typeof momentPrefixes

interface StateReader {
  /** The numbers of one weight, or of its moments. */
  read(part: StatePart, place: WeightPlace): Promise<Float32Array>
  release(numbers: Float32Array): void
}

export function stateTensors(layout: WeightLayout, reader: StateReader): StateTensors {
  const streamOf = (parts: readonly (readonly [StatePart, prefix: string])[]): TensorStream => {
    const places = new Map(
      parts.flatMap(([part, prefix]) => layout.places.map((place) => [prefix + place.name, { part, place }] as const)),
    )
    return {
      shapes: new Map(Array.from(places, ([name, { place }]) => [name, place.shape])),
      read: async (name) => {
        const found = places.get(name)
        if (found === undefined) throw new Error(`There is no ${name}`)
        return { shape: found.place.shape, data: await reader.read(found.part, found.place) }
      },
      release: ({ data }) => {
        reader.release(data)
      },
    }
  }
  const { expAvg, expAvgSq } = momentPrefixes
  return {
    weights: streamOf([['weights', '']]),
    optimizer: streamOf([
      ['expAvg', expAvg],
      ['expAvgSq', expAvgSq],
    ]),
  }
}
