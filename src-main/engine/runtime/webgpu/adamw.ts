import type * as tf from '@tensorflow/tfjs'
import type { AdamWState } from '../../optim/adamw'
import type { OptimizerStep } from '../../optim/optimizer'
import type { OptimizerRates } from '../../optim/rates'
import { ComputeKernel } from './compute-kernel'
import type { GpuBackend } from './gpu-backend'

const kernel = new ComputeKernel(
  [
    'read_write weights: array<f32>',
    'read_write expAvg: array<f32>',
    'read_write expAvgSq: array<f32>',
    'read gradient: array<f32>',
    'read metrics: array<u32>',
  ],
  'size: u32, decayed: u32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, epsilon: f32, keep: f32, stepSize: f32, rootCorrection2: f32',
  `
  if (i >= params.size || !isFinite(metrics[0]) || !isFinite(metrics[1])) { return; }
  let g = gradient[i];
  let m = expAvg[i] * params.beta1 + g * params.rest1;
  let v = expAvgSq[i] * params.beta2 + g * g * params.rest2;
  expAvg[i] = m;
  expAvgSq[i] = v;
  let kept = select(weights[i], weights[i] * params.keep, i < params.decayed);
  weights[i] = kept - m / (sqrt(v) / params.rootCorrection2 + params.epsilon) * params.stepSize;`,
  // By its bits: shaders may assume that numbers are finite.
  'fn isFinite(bits: u32) -> bool { return (bits & 0x7f800000u) != 0x7f800000u; }',
)

/**
 * One step of AdamW in place, as `adamW` in optim/adamw.ts: all weights in one dispatch. A step that went wrong (loss or
 * gradient norm not finite) changes nothing.
 */
export function adamWInPlace(
  backend: GpuBackend,
  state: AdamWState,
  gradient: tf.Tensor1D,
  { settings, vector, metrics }: OptimizerStep,
  { decayed, stepSize, rootCorrection2 }: OptimizerRates<number>,
): void {
  const { beta1, beta2, epsilon, weightDecay } = settings
  const params = new ArrayBuffer(40)
  new Uint32Array(params).set([gradient.size, weightDecay === 0 ? 0 : vector.decayedSize])
  const numbers = [beta1, 1 - beta1, beta2, 1 - beta2, epsilon, decayed, stepSize, rootCorrection2]
  new Float32Array(params, 8).set(numbers)
  kernel.run(backend, [state.weights, state.expAvg, state.expAvgSq, gradient, metrics], params, gradient.size)
}
