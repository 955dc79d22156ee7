import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { AppError, type ErrorData } from '../../../src-preload/contract/errors'
import type { EngineId } from '../../../src-preload/contract/records/computer'
import type { EngineOptions } from '../../backend/jobs/protocol'
import { enginePackages } from '../../plan/engine-packages'
import { composedOps } from './composed-ops'
import { EagerTrainStep } from './eager-step'
import type { Model } from '../model/architecture'
import { Decoder, type DecodeOptions } from './decoder'
import { EagerDecode } from './eager-decode'
import type { EngineOps, TensorData } from '../ops'
import { processorBfloat16, processorName, type Bfloat16Support } from './processor'
import type { CompileOptions, StepSpec, TrainStep } from '../train-step'
import { hasEngine } from './install/manifest'
import type { TensorFlowBackend } from './tensorflow/backend'
import { setFlagsOfCard } from './tensorflow/card-flags'
import { TensorFlowDecode } from './tensorflow/decode-step'
import { tensorFlowOps } from './tensorflow/ops'
import { TensorFlowTrainStep } from './tensorflow/train-step'
import { openWasmBackend } from './wasm'

/** Something that computes tensors. TensorFlow.js's current backend is the engine's from `openEngine` on. */
export interface Engine {
  readonly id: EngineId
  /** Of the library, for example 2.21.0. */
  readonly version: string
  /** Folder of libtensorflow; null for the engines that come with the app. */
  readonly location: string | null
  /** Name of the graphics card or the processor that it computes on. */
  readonly hardware: string
  /** Why an engine that was asked for before this one could not be had; null when this is the first choice. */
  readonly fallbackReason: ErrorData | null
  /** Operations for models outside of training: dropout is off. */
  readonly ops: EngineOps
  /** Makes this engine TensorFlow.js's current backend, where a process has opened several. */
  activate(): void
  /** Weights start as zeros: write them. Waits for XLA only where the first step needs it. */
  compileStep(spec: StepSpec, options: CompileOptions): Promise<TrainStep>
  /** A model that talks, with these weights. Engines that record use the options; the others run op by op. */
  openDecoder(model: Model, weights: ReadonlyMap<string, TensorData>, options: DecodeOptions): Decoder
}

/** Where nothing has been measured. */
const defaultOrder: readonly EngineId[] = ['cuda', 'tensorflow']

/**
 * Opens the engine that was asked for; `auto` means the first of `order` that works, else WASM.
 * @throws `engine.*`, `gpu.*` when the engine was asked for by name and cannot be had
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  switch (options.engine) {
    case 'tensorflow':
      return openTensorFlow(options)
    case 'webgpu':
      return openWebGpu()
    case 'wasm':
      return openWasm(null)
    case 'cuda':
      return openCuda(options)
    case 'auto':
      return openFirst(options)
  }
}

async function openFirst(options: EngineOptions): Promise<Engine> {
  let reason: ErrorData | null = null
  for (const engine of options.order ?? defaultOrder) {
    if (engine === 'wasm') break
    try {
      return { ...(await openEngine({ ...options, engine })), fallbackReason: reason }
    } catch (error) {
      // No card is the ordinary case: no reason to tell.
      if (engine !== 'cuda') reason ??= AppError.from(error).toData()
    }
  }
  return openWasm(reason)
}

async function openTensorFlow(options: EngineOptions): Promise<Engine> {
  setEnvironment()
  let firstError: unknown = null
  for (const dir of options.tensorflowDirs) {
    try {
      if (!(await hasEngine(dir, options.runtimeDir))) continue
      // Only here, so that a computer without the library does not even load its kernels.
      const { openTensorFlowBackend } = await import('./tensorflow/backend')
      const backend = await openTensorFlowBackend(dir, options)
      return tensorFlowEngine('tensorflow', backend, dir, processorName(), processorBfloat16())
    } catch (error) {
      firstError ??= error
    }
  }
  if (firstError !== null) throw AppError.from(firstError)
  throw new AppError('engine.unavailable', { reason: 'missing', detail: options.tensorflowDirs.join(', ') })
}

/**
 * libtensorflow on an NVIDIA card, with nothing of NVIDIA's but the driver taken from the system. docs/log/026 and 039 say what
 * was measured on a real card.
 */
async function openCuda(options: EngineOptions): Promise<Engine> {
  const { runtimeDir } = options
  const folder = runtimeDir === undefined ? null : join(runtimeDir, enginePackages.cuda.folder)
  const { checkGpu, gpuBfloat16, preloadCuda, readGpu } = await import('./tensorflow/cuda')
  const gpu = readGpu()
  checkGpu(gpu)
  if (folder === null || !(await hasEngine(folder, runtimeDir))) {
    throw new AppError('engine.unavailable', { reason: 'missing', detail: folder ?? '' })
  }
  setEnvironment()
  setFlagsOfCard()
  process.env['CUBLAS_WORKSPACE_CONFIG'] ??= cublasWorkspaces
  preloadCuda(folder)
  const dir = join(folder, enginePackages.cuda.libraryDir)
  const { openTensorFlowBackend } = await import('./tensorflow/backend')
  const { name, capability, driver } = gpu
  const backend = await openTensorFlowBackend(
    dir,
    { programsDir: options.programsDir },
    [name, capability, driver].map(String),
  )
  if (!backend.context.hasGpu()) throw new AppError('engine.unavailable', { reason: 'noGpu', detail: dir })
  return tensorFlowEngine('cuda', backend, dir, gpu.name, gpuBfloat16(gpu))
}

function tensorFlowEngine(
  id: 'cuda' | 'tensorflow',
  backend: TensorFlowBackend,
  location: string,
  hardware: string,
  bfloat16: Bfloat16Support,
): Engine {
  const activate = (): void => {
    void tf.setBackend('tensorflow')
  }
  return {
    id,
    version: backend.context.version,
    location,
    hardware,
    fallbackReason: null,
    ops: tensorFlowOps(backend, null),
    activate,
    compileStep: (spec, compile) => {
      activate()
      return TensorFlowTrainStep.create(backend, spec, compile, bfloat16)
    },
    openDecoder: (model, weights, options) => {
      activate()
      return new Decoder(model, new TensorFlowDecode(backend, model, weights, options))
    },
  }
}

/**
 * cuDNN's recurrent kernels multiply on several streams, and need not give the same bits twice unless cuBLAS has buffers of
 * one size only (NVIDIA's release notes of cuDNN 8; cuBLAS, "Results reproducibility"). Eight of 4 MB.
 */
const cublasWorkspaces = ':4096:8'

/** TensorFlow reads this once, when it loads. */
function setEnvironment(): void {
  // Warnings about instruction sets and absent graphics cards would be taken for errors.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3'
  // Takes the card's memory as it is needed: other programs use it too.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true'
}

/** @throws `gpu.none` or `gpu.software` without a graphics card, `engine.failed` when it does not pass the self-test */
async function openWebGpu(): Promise<Engine> {
  // Only here: Dawn looks for drivers as soon as it is loaded.
  const { openWebGpuBackend } = await import('./webgpu/backend')
  const { gpuDevice } = await import('./webgpu/eager-device')
  const { checkBufferSizes } = await import('./webgpu/limits')
  const gpu = await openWebGpuBackend()
  const device = gpuDevice(gpu)
  return {
    id: 'webgpu',
    version: gpu.version,
    location: null,
    hardware: gpu.name,
    fallbackReason: null,
    ops: device.opsOf(null),
    activate: () => {
      device.activate()
    },
    compileStep: (spec) => {
      try {
        checkBufferSizes(spec, gpu.device.limits)
        return Promise.resolve(new EagerTrainStep(spec, device))
      } catch (error) {
        return Promise.reject(AppError.from(error))
      }
    },
    openDecoder: (model, weights) =>
      new Decoder(
        model,
        new EagerDecode(model, weights, () => {
          device.activate()
        }),
      ),
  }
}

async function openWasm(fallbackReason: ErrorData | null): Promise<Engine> {
  const version = await openWasmBackend()
  const activate = (): void => {
    void tf.setBackend('wasm')
  }
  return {
    id: 'wasm',
    version,
    location: null,
    hardware: processorName(),
    fallbackReason,
    ops: composedOps(null),
    activate,
    compileStep: (spec) => Promise.resolve(new EagerTrainStep(spec, { activate, opsOf: composedOps })),
    openDecoder: (model, weights) => new Decoder(model, new EagerDecode(model, weights, activate)),
  }
}
