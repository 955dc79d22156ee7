import type * as tf from '@tensorflow/tfjs'
import type { GpuBackend } from './gpu-backend'

/** Threads of a workgroup: what every adapter has at least is 256. */
const workgroupSize = 256
/** As the backend itself: so many dispatches are submitted together. */
const dispatchesASubmit = 15

/**
 * A compute shader of our own among the backend's commands. Unlike its programs, it may change several tensors in
 * place, so the optimizer is one dispatch.
 */
export class ComputeKernel {
  readonly #code: string
  readonly #pipelines = new WeakMap<GPUDevice, GPUComputePipeline>()

  /**
   * @param bindings WGSL declarations in the order of `run`'s tensors, for example `read_write weights: array<f32>`
   * @param params WGSL members of the uniform `params`, all 4 bytes wide
   * @param body of a function of `i`, the thread's index, which may lie past the end
   */
  constructor(bindings: readonly string[], params: string, body: string, functions = '') {
    const storage = bindings.map((binding, i) => {
      const [access = '', ...declaration] = binding.split(' ')
      return `@group(0) @binding(${i}) var<storage, ${access}> ${declaration.join(' ')};`
    })
    this.#code = `
struct Params { ${params} }
${storage.join('\n')}
@group(0) @binding(${bindings.length}) var<uniform> params: Params;
${functions}
@compute @workgroup_size(${workgroupSize})
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = thread.y * groups.x * ${workgroupSize}u + thread.x;
${body}
}`
  }

  /** @param params uniforms in order: 4 bytes each */
  run(backend: GpuBackend, tensors: readonly tf.TensorInfo[], params: ArrayBuffer, threads: number): void {
    const buffers = tensors.map((tensor) => {
      backend.uploadToGPU(tensor.dataId)
      backend.commandQueueOwnedIds.add(tensor.dataId)
      const data = backend.tensorMap.get(tensor.dataId)
      // Numbers that were read once are kept on the host: they may be about to change.
      data.values = null
      return data.resource as GPUBuffer
    })
    const pipeline = this.#pipelineOf(backend.device)
    const uniforms = backend.bufferManager.acquireBuffer(
      Math.ceil(params.byteLength / 16) * 16,
      GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM,
    )
    backend.queue.writeBuffer(uniforms, 0, params)
    backend.uniformPendingDisposal.push(uniforms)
    const bindGroup = backend.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [...buffers, uniforms].map((buffer, binding) => ({ binding, resource: { buffer } })),
    })
    backend.ensureCommandEncoderReady()
    backend.computePassEncoder ??= (backend.commandEncoder as GPUCommandEncoder).beginComputePass()
    backend.computePassEncoder.setPipeline(pipeline)
    backend.computePassEncoder.setBindGroup(0, bindGroup)
    const groups = Math.ceil(threads / workgroupSize)
    const columns = Math.min(groups, backend.device.limits.maxComputeWorkgroupsPerDimension)
    backend.computePassEncoder.dispatchWorkgroups(columns, Math.ceil(groups / columns))
    backend.dispatchCountInPass++
    if (backend.dispatchCountInPass < dispatchesASubmit) return
    backend.endComputePassEncoder()
    backend.submitQueue()
  }

  #pipelineOf(device: GPUDevice): GPUComputePipeline {
    let pipeline = this.#pipelines.get(device)
    if (pipeline === undefined) {
      const module = device.createShaderModule({ code: this.#code })
      pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } })
      this.#pipelines.set(device, pipeline)
    }
    return pipeline
  }
}
