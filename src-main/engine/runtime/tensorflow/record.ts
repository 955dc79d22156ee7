import type { TensorFlowBackend } from './backend'
import type { MatMulRecording } from './mixed-precision'
import { GraphRecorder } from './recorder'

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
