import type * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'

export const backendName = 'webgpu'

/**
 * What is used of TensorFlow.js's WebGPU backend 4.22. Its declarations call some of it private: the version is pinned,
 * and test/integration/engine-webgpu.test.ts fails when any of it changes.
 */
export interface GpuBackend {
  readonly device: GPUDevice
  readonly queue: GPUQueue
  readonly tensorMap: {
    get(id: tf.DataId): { dtype: tf.DataType; shape: number[]; values: unknown; resource: GPUBuffer | null }
  }
  readonly bufferManager: {
    acquireBuffer(sizeBytes: number, usage: GPUBufferUsageFlags): GPUBuffer
  }
  /** Up to so many tiles of 32 × 32 a product counts as small. */
  readonly thresholdToIncreaseWorkgroups: number
  /** What commands that are not submitted yet refer to. */
  readonly commandQueueOwnedIds: WeakSet<tf.DataId>
  readonly uniformPendingDisposal: GPUBuffer[]
  commandEncoder: GPUCommandEncoder | null
  computePassEncoder: GPUComputePassEncoder | null
  dispatchCountInPass: number
  memory(): { readonly numBytesInGPU: number; readonly numBytesAllocatedInGPU: number }
  ensureCommandEncoderReady(): void
  endComputePassEncoder(): void
  submitQueue(): void
  uploadToGPU(id: tf.DataId): void
  makeTensorInfo(shape: number[], dtype: tf.DataType): tf.TensorInfo
  disposeData(id: tf.DataId): boolean
}

export const asGpuBackend = (backend: WebGPUBackend): GpuBackend => backend as unknown as GpuBackend
