import type { TensorFlowBackend } from './backend'
import { GraphRecorder } from './recorder'

/**
 * Records what `body` computes, while TensorFlow.js thinks that it computes; may be called inside of another one. What
 * `body` made of the recording outlives it: registered functions, and those of `toFunction`.
 */
export function record<T>({ binding, context }: TensorFlowBackend, body: (recorder: GraphRecorder) => T): T {
  const outer = binding.recorder
  const recorder = new GraphRecorder(context)
  binding.recorder = recorder
  try {
    return body(recorder)
  } finally {
    binding.recorder = outer
    recorder.close()
  }
}
