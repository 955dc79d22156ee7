import * as tf from '@tensorflow/tfjs'
import type { EagerDevice } from '../eager-step'
import { adamWInPlace } from './adamw'
import type { OpenGpu } from './backend'
import { gpuOps } from './dropout'
import { backendName } from './gpu-backend'

/** The training step on a graphics card: masks and optimizer are kernels of our own, and nothing is read in between. */
export function gpuDevice(gpu: OpenGpu): EagerDevice {
  return {
    activate: () => {
      void tf.setBackend(backendName)
    },
    opsOf: gpuOps,
    adamWInPlace: (rates) => (state, gradient, step) => {
      adamWInPlace(gpu.backend, state, gradient, step, rates)
      return state
    },
    submit: () => {
      gpu.backend.ensureCommandEncoderReady()
      gpu.backend.endComputePassEncoder()
      gpu.backend.submitQueue()
      return gpu.settled()
    },
  }
}
