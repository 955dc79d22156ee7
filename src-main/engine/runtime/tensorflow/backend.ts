import './node-shims'
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels'
import { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend'
import type { Attribute } from './attributes'
import { TensorFlowBinding } from './binding'
import type { Output, TensorHandle } from './c-api'
import { TensorFlowContext } from './context'

/** TensorFlow.js over one loaded libtensorflow. */
export interface TensorFlowBackend {
  readonly context: TensorFlowContext
  readonly binding: TensorFlowBinding
  /** Ids of a value in the binding, by tensor. */
  idOf(tensor: tf.Tensor): number
  /** A graph node as a tensor; belongs to the surrounding tidy. */
  tensorOf(output: Output): tf.Tensor
  /** An eager result as a tensor, which owns the handle from then on. */
  adopt(handle: TensorHandle): tf.Tensor
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

let opened: { readonly dir: string; readonly backend: TensorFlowBackend } | null = null

/**
 * Loads libtensorflow from `dir` and makes it TensorFlow.js's backend. A library cannot be unloaded, so a process has
 * one; asking again gives the same.
 */
export async function openTensorFlowBackend(dir: string): Promise<TensorFlowBackend> {
  opened ??= { dir, backend: createBackend(dir) }
  await tf.setBackend(backendName)
  return opened.backend
}

/** What is used of tfjs-node's backend; its declarations call these private, the kernels call them all the same. */
interface NodeKernels extends tf.KernelBackend {
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[]
  createOutputTensor(metadata: { id: number; shape: number[]; dtype: number }): tf.Tensor
}

function createBackend(dir: string): TensorFlowBackend {
  const context = new TensorFlowContext(dir)
  const binding = new TensorFlowBinding(context)
  const kernels = new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu') as unknown as NodeKernels
  tf.registerBackend(backendName, () => kernels, 3)
  const idOf = (tensor: tf.Tensor): number => kernels.getInputTensorIds([tensor])[0] ?? -1
  return {
    context,
    binding,
    idOf,
    tensorOf: (output) => kernels.createOutputTensor(binding.adoptOutput(output)),
    adopt: (handle) => kernels.createOutputTensor(binding.adoptHandle(handle)),
    execute: (name, attributes, inputs, outputCount) => {
      const ids = inputs.map((input) => (typeof input === 'number' ? input : idOf(input)))
      return binding.executeOp(name, attributes, ids, outputCount).map((value) => kernels.createOutputTensor(value))
    },
  }
}
