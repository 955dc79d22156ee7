import { AppError, saysOutOfMemory } from '../../../../src-preload/contract/errors'

/** An open graphics card, and what it has complained of. */
export interface OpenDevice {
  readonly device: GPUDevice
  readonly info: GPUAdapterInfo
  /** As the driver gives it, for people. */
  readonly name: string
  /** @throws `engine.failed`, `memory.exhausted` once the device reported an error or was lost: from then on its numbers may be wrong */
  readonly check: () => void
}

/** Set by tests: a software adapter computes correctly and is slower than the processor's own engines. */
const allowSoftware = 'HOMEGROWN_WEBGPU_SOFTWARE'

/**
 * Opens the strongest graphics card through Dawn, with the largest buffers that it has.
 * @throws `gpu.none`, or `gpu.software` {name} where the only one is made of software
 */
export async function openDevice(): Promise<OpenDevice> {
  const { create, globals } = await import('webgpu')
  // The backend asks for classes and constants as a browser has them, and for navigator.gpu.
  Object.assign(globalThis, globals)
  const gpu = create([])
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null) throw new AppError('gpu.none')
  const { info, limits } = adapter
  const name = info.description || `${info.vendor} ${info.architecture}`
  if (info.isFallbackAdapter && process.env[allowSoftware] !== '1') {
    throw new AppError('gpu.software', { name })
  }
  const device = await adapter.requestDevice({
    requiredLimits: {
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  })
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true })
  return { device, info, name, check: watch(device, name) }
}

/** What Dawn says of a buffer that is larger than the card makes or binds, for which it has no kind of error. */
const tooLarge = /exceeds the max buffer size limit|is larger than the maximum storage buffer binding size/

/** Dawn drops the whole batch of commands around an invalid one and raises nothing: this is the only sign of it. */
function watch(device: GPUDevice, name: string): () => void {
  let problem: string | null = null
  let isMemory = false
  device.addEventListener('uncapturederror', ({ error }) => {
    problem ??= error.message
    isMemory ||= error instanceof GPUOutOfMemoryError
  })
  void device.lost.then(({ reason, message }) => {
    problem ??= `device lost (${reason}): ${message}`
  })
  return () => {
    if (problem === null) return
    const ranOut = isMemory || tooLarge.test(problem) || saysOutOfMemory(problem)
    throw new AppError(ranOut ? 'memory.exhausted' : 'engine.failed', { detail: `${name}: ${problem}` })
  }
}
