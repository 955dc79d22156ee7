import * as tf from '@tensorflow/tfjs'
import { adamWScalars } from '../../optim/adamw'
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
    updateInPlace: (state, gradient, metrics, { optimizer }, decayed, step, learningRate) => {
      const scalars = adamWScalars(optimizer, step, learningRate)
      adamWInPlace(gpu.backend, state, gradient, metrics, scalars, optimizer, decayed)
    },
    submit: () => {
      gpu.backend.ensureCommandEncoderReady()
      gpu.backend.endComputePassEncoder()
      gpu.backend.submitQueue()
      return gpu.settled()
    },
  }
}
