import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm'
import { AppError } from '../../../src-preload/contract/errors'
import { installTrainingKernels } from './wasm-kernels'

const backendName = 'wasm'

let opened: Promise<void> | null = null

/** Makes WASM the backend of TensorFlow.js, with the kernels that training needs. @returns its version */
export async function openWasmBackend(): Promise<string> {
  opened ??= open()
  await opened
  await tf.setBackend(backendName)
  return version_wasm
}

async function open(): Promise<void> {
  const require = createRequire(import.meta.url)
  const files = join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out')
  setWasmPaths(files + sep)
  if (!(await tf.setBackend(backendName)))
    throw new AppError('engine.notLoadable', { folder: files, detail: 'setWasmPaths' })
  installTrainingKernels()
}
