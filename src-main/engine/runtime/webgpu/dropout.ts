import * as tf from '@tensorflow/tfjs'
import { sizeOf } from '../../model/weight-table'
import { purposes } from '../../random'
import { composedOps, keyInLoop, maskSite, type DropoutKey } from '../composed-ops'
import { dropping } from '../../layers/dropping'
import type { EngineOps } from '../../ops'
import { unrolledScan } from '../../scan'
import { ComputeKernel } from './compute-kernel'
import { backendName, type GpuBackend } from './gpu-backend'

const kernelName = 'HomegrownDropoutMask'

/** Philox4x32-10 as in random.ts, so the mask is bit for bit the one that the host would draw. */
const kernel = new ComputeKernel(
  ['read_write mask: array<f32>'],
  'size: u32, seed: u32, purpose: u32, step: u32, site: u32, threshold: u32, kept: f32',
  `
  if (i * 4u >= params.size) { return; }
  let words = philox(vec4u(i, 0u, params.step, params.site), vec2u(params.seed, params.purpose));
  for (var word = 0u; word < 4u && i * 4u + word < params.size; word++) {
    mask[i * 4u + word] = select(0.0, params.kept, words[word] >= params.threshold);
  }`,
  `
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let middle = (a >> 16u) * (b & 0xffffu) + (((a & 0xffffu) * (b & 0xffffu)) >> 16u);
  let carry = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (carry >> 16u);
}
fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0; round < 10; round++) {
    let high0 = multiplyHigh(0xd2511f53u, c.x);
    let high1 = multiplyHigh(0xcd9e8d57u, c.z);
    c = vec4u(high1 ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high0 ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}`,
)

interface MaskCall {
  readonly shape: number[]
  readonly rate: number
  readonly site: number
  readonly key: DropoutKey
}

export function addDropoutMask(): void {
  const kernelFunc = ({ attrs, backend }: { attrs: MaskCall; backend: GpuBackend }): tf.TensorInfo => {
    const { shape, rate, site, key } = attrs
    const mask = backend.makeTensorInfo(shape, 'float32')
    const size = sizeOf(shape)
    const params = new ArrayBuffer(28)
    const words = [size, key.seed, purposes.dropout, key.step, maskSite(site, key), Math.round(rate * 0x100000000)]
    new Uint32Array(params).set(words)
    new Float32Array(params, 24).set([1 / (1 - rate)])
    kernel.run(backend, [mask], params, Math.ceil(size / 4))
    return mask
  }
  tf.registerKernel({ kernelName, backendName, kernelFunc: kernelFunc as unknown as tf.KernelFunc })
}

/** The operations of every engine without ops of its own, with masks that the card draws. */
export function gpuOps(key: DropoutKey | null): EngineOps {
  const mask = (shape: number[], rate: number, site: number): tf.Tensor =>
    tf.engine().runKernel<tf.Tensor>(kernelName, {}, { shape, rate, site, key } as unknown as tf.NamedAttrMap)
  return {
    ...composedOps(null),
    recompute: (x, _, body) => body(x, gpuOps(key)),
    scan: (scan) => unrolledScan(scan, (index) => gpuOps(keyInLoop(key, index))),
    ...dropping(key && mask),
  }
}
