import type { TensorData } from './ops'

/** Tensors that are somewhere else, in order, and come into memory one at a time. */
export interface TensorStream {
  readonly shapes: ReadonlyMap<string, readonly number[]>
  read(name: string): Promise<TensorData>
  /** Gives back the memory of one that was read, which nobody may use from then on. */
  release(tensor: TensorData): void
}

/** All of them at once. */
export async function readAll(stream: TensorStream): Promise<Map<string, TensorData>> {
  const tensors = new Map<string, TensorData>()
  for (const name of stream.shapes.keys()) tensors.set(name, await stream.read(name))
  return tensors
}
