import type { TensorFlowBackend } from './backend'
import type { MatMulRecording } from './mixed-precision'
import { GraphRecorder } from './recorder'

/**
 * Records what `body` computes, while TensorFlow.js thinks that it computes; may be called inside of another one. What
 * `body` made of the recording outlives it: registered functions, and those of `toFunction`.
 * @param recordMatMul how products are recorded; null: as they are. Inside of another recording, as there.
 */
export function record<T>(
  { binding, context }: TensorFlowBackend,
  body: (recorder: GraphRecorder) => T,
  recordMatMul: MatMulRecording | null = binding.recordMatMul,
): T {
  const outer = { recorder: binding.recorder, recordMatMul: binding.recordMatMul }
  const recorder = new GraphRecorder(context)
  Object.assign(binding, { recorder, recordMatMul })
  try {
    return body(recorder)
  } finally {
    Object.assign(binding, outer)
    recorder.close()
  }
}
