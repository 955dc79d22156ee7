import * as tf from '@tensorflow/tfjs'
import { createRequire } from 'node:module'
import { correctKernels } from './kernels'
import { openDevice, type OpenDevice } from './device'
import { asGpuBackend, backendName, type GpuBackend } from './gpu-backend'
import { testGpu } from './self-test'

/** TensorFlow.js on an open graphics card that has passed the self-test. */
export interface OpenGpu extends OpenDevice {
  readonly backend: GpuBackend
  /** Of Dawn. */
  readonly version: string
  /** Waits for everything that was submitted. @throws `engine.failed` when the device complained */
  settled(): Promise<void>
}

let opened: Promise<OpenGpu> | null = null

/**
 * Makes the graphics card TensorFlow.js's backend; asking again gives the same.
 * @throws `gpu.none`, `gpu.software` without a card; `engine.failed` when it computes wrongly
 */
export async function openWebGpuBackend(): Promise<OpenGpu> {
  opened ??= open()
  const gpu = await opened
  await tf.setBackend(backendName)
  return gpu
}

async function open(): Promise<OpenGpu> {
  const open = await openDevice()
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu')
  const stock = new WebGPUBackend(open.device, open.info)
  // The package registers a factory of its own where it sees navigator.gpu, with a device of lower limits.
  tf.removeBackend(backendName)
  tf.registerBackend(backendName, () => stock, 3)
  correctKernels()
  await tf.setBackend(backendName)
  const backend = asGpuBackend(stock)
  const { version } = createRequire(import.meta.url)('webgpu/package.json') as { version: string }
  const settled = async (): Promise<void> => {
    await backend.queue.onSubmittedWorkDone()
    open.check()
  }
  const gpu = { ...open, backend, version, settled }
  await testGpu(gpu)
  return gpu
}
