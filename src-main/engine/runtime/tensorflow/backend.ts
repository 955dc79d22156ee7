import './node-shims'
import { basename } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels'
import { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend'
import type { EngineOptions } from '../../../backend/jobs/protocol'
import { LibraryError } from '../library-error'
import { processorKind } from '../processor'
import type { Attribute } from './attributes'
import { TensorFlowBinding } from './binding'
import { loadCApi, type Output } from './c-api'
import { chosenWaysIn, type ChosenWaysStore } from './chosen-ways'
import { TensorFlowContext } from './context'
import { cudnnOf, type Cudnn } from './cudnn'
import { trimmingMemory } from './trim-memory'
import type { ProgramCache } from './program-cache'
import { keepPrograms, readRowByRow } from './program-flags'

/** TensorFlow.js over one loaded libtensorflow. */
export interface TensorFlowBackend {
  readonly context: TensorFlowContext
  readonly binding: TensorFlowBinding
  /** Null where it computes on the processor. Only tests and benchmarks exchange it. */
  cudnn: Cudnn | null
  /** What runs on this kind of computer chose; null: nowhere kept. */
  readonly chosen: ChosenWaysStore | null
  /**
   * Runs what makes XLA compile, a second time where a program that was kept cannot be used, and keeps what is new. With
   * no folder of programs it just runs it.
   * @throws LibraryError `engine.notKept` where it fails only because TensorFlow cannot write the program down
   */
  compiling(attempt: () => Promise<void>): Promise<void>
  /** Ids of a value in the binding, by tensor. */
  idOf(tensor: tf.Tensor): number
  /** A graph node as a tensor; belongs to the surrounding tidy. */
  tensorOf(output: Output): tf.Tensor
  /** Any op of TensorFlow's by its own name. `inputs` are tensors or ids of the binding. */
  execute(
    name: string,
    attributes: Attribute[],
    inputs: readonly (tf.Tensor | number)[],
    outputCount: number,
  ): tf.Tensor[]
}

/** The name under which tfjs-node registers its kernels. */
const backendName = 'tensorflow'

type ProcessOptions = Pick<EngineOptions, 'programsDir' | 'talks'>

let opening: Promise<TensorFlowBackend> | null = null

/**
 * Loads libtensorflow from `dir` and makes it TensorFlow.js's backend. A library cannot be unloaded, so a process has
 * one; asking again gives the same.
 * @param options where what XLA compiles is kept (absent: nowhere), and whether this process only talks
 * @param device what a graphics card's machine code depends on
 */
export async function openTensorFlowBackend(
  dir: string,
  options: ProcessOptions = {},
  device?: readonly string[],
): Promise<TensorFlowBackend> {
  opening ??= createBackend(dir, options, device)
  const backend = await opening.catch((error: unknown) => {
    opening = null
    throw error
  })
  await tf.setBackend(backendName)
  return backend
}

/** What is used of tfjs-node's backend; its declarations call these private, the kernels call them all the same. */
interface NodeKernels extends tf.KernelBackend {
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[]
  createOutputTensor(metadata: { id: number; shape: number[]; dtype: number }): tf.Tensor
}

async function createBackend(
  dir: string,
  { programsDir, talks }: ProcessOptions,
  device?: readonly string[],
): Promise<TensorFlowBackend> {
  if (talks === true) readRowByRow()
  const api = loadCApi(dir)
  // Before there is a context: TensorFlow reads its flags then, once.
  const programs = programsDir === undefined ? null : await keepPrograms(programsDir, dir, api.TF_Version(), device)
  const kind = [api.TF_Version(), ...processorKind(), ...(device ?? []), process.env['XLA_FLAGS'] ?? '']
  const context = new TensorFlowContext(api)
  const binding = new TensorFlowBinding(context)
  const kernels = new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu') as unknown as NodeKernels
  tf.registerBackend(backendName, () => kernels, 3)
  const idOf = (tensor: tf.Tensor): number => kernels.getInputTensorIds([tensor])[0] ?? -1
  const backend: TensorFlowBackend = {
    context,
    binding,
    cudnn: null,
    chosen: programsDir === undefined ? null : chosenWaysIn(programsDir, kind),
    compiling: (attempt) => trimmingMemory(() => compiling(programs, attempt)),
    idOf,
    tensorOf: (output) => kernels.createOutputTensor(binding.adoptOutput(output)),
    execute: (name, attributes, inputs, outputCount) => {
      const ids = inputs.map((input) => (typeof input === 'number' ? input : idOf(input)))
      return binding.executeOp(name, attributes, ids, outputCount).map((value) => kernels.createOutputTensor(value))
    },
  }
  if (context.hasGpu()) backend.cudnn = cudnnOf(backend)
  return backend
}

async function compiling(programs: ProgramCache | null, attempt: () => Promise<void>): Promise<void> {
  if (programs === null) {
    await attempt()
    return
  }
  try {
    await attempt().catch(async (error: unknown) => {
      if (!(error instanceof LibraryError && (await programs.forget()))) throw error
      await attempt()
    })
  } catch (error) {
    // A full disk among it, which TensorFlow reports like too little memory: the path is in what it says.
    const isOfFolder = error instanceof LibraryError && String(error.params['detail']).includes(basename(programs.dir))
    throw isOfFolder ? new LibraryError('engine.notKept', error.params, error) : error
  }
  await programs.keep()
}
