import type { TensorFlowBackend } from './backend'
import type { Output } from './c-api'
import type { MatMulRecording } from './mixed-precision'
import { GraphRecorder, type RegisteredFunction } from './recorder'

/** How many functions of a name there were: a context takes each name once. */
const taken = new Map<string, number>()

/**
 * Records what `body` computes, while TensorFlow.js thinks that it computes; may be called inside of another one. What
 * `body` made of the recording outlives it: registered functions, and those of `toFunction`.
 * @param what is recorded, in words of a function's name: compiled programs are found again by it (program-cache.ts), so it
 *   must not depend on what else this process does
 * @param recordMatMul how products are recorded; null: as they are. Inside of another recording, as there.
 */
export function record<T>(
  { binding, context }: TensorFlowBackend,
  what: string,
  body: (recorder: GraphRecorder) => T,
  recordMatMul: MatMulRecording | null = binding.recordMatMul,
): T {
  const outer = { recorder: binding.recorder, recordMatMul: binding.recordMatMul }
  const count = taken.get(what) ?? 0
  taken.set(what, count + 1)
  const recorder = new GraphRecorder(context, `${what}_${count}`)
  Object.assign(binding, { recorder, recordMatMul })
  try {
    return body(recorder)
  } finally {
    Object.assign(binding, outer)
    recorder.close()
  }
}

/**
 * Records a function that what `outer` records calls: registered, and handed on for the graph's own copy.
 * @param outputsOf records the function's arguments and gives its results
 */
export function recordNested(
  backend: TensorFlowBackend,
  outer: GraphRecorder,
  what: string,
  outputsOf: (recorder: GraphRecorder) => readonly Output[],
): RegisteredFunction {
  return record(backend, `${outer.name}_${what}`, (recorder) => {
    const fn = recorder.toFunction(outputsOf(recorder))
    backend.context.addFunction(fn)
    outer.called.push(...recorder.called)
    return { name: recorder.name, fn }
  })
}

/** What `body` makes of numbers that TensorFlow.js has no type for, by their ids in the binding, which end with it. */
export function withIds<T>(
  { binding }: TensorFlowBackend,
  outputs: readonly Output[],
  body: (...ids: (number | undefined)[]) => T,
): T {
  const ids = outputs.map((output) => binding.adoptOutput(output).id)
  try {
    return body(...ids)
  } finally {
    for (const id of ids) binding.deleteTensor(id)
  }
}
