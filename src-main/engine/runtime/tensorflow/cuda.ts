import { existsSync } from 'node:fs'
import { join } from 'node:path'
import koffi from 'koffi'
import { AppError } from '../../../../src-preload/contract/errors'
import type { Bfloat16Support } from '../processor'

/** NVIDIA's driver, which belongs to the system; everything above it is installed with the engine. */
const driverNames: Partial<Record<NodeJS.Platform, string>> = { linux: 'libcuda.so.1', win32: 'nvcuda.dll' }

/** As the driver says it: 1000 · major + 10 · minor. CUDA 12.x programs run on every driver of CUDA 12. */
const oldestDriver = 12_000
/** What the wheel was compiled for (its build_info: sm_60 and newer). */
const oldestCapability = 60
/** Below this even a small model and cuDNN's own work space do not fit. */
const leastMemoryBytes = 2 * 1024 ** 3

const attribute = { capabilityMajor: 75, capabilityMinor: 76 } as const
const gigabytes = (bytes: number): number => Math.round(bytes / 1e8) / 10
const versionText = (version: number): string => `${Math.floor(version / 1000)}.${Math.floor((version % 1000) / 10)}`

/** The first graphics card, as the driver describes it. */
export interface Gpu {
  readonly name: string
  /** 10 · major + minor. */
  readonly capability: number
  readonly memoryBytes: number
  /** Of the driver: 1000 · major + 10 · minor. */
  readonly driver: number
}

/**
 * Asks the driver (CUDA driver API) for the first card. Loads nothing of CUDA's.
 * @throws `gpu.noDriver` where there is no driver or no card
 */
export function readGpu(name = driverNames[process.platform]): Gpu {
  const none = (detail: string, cause?: unknown): AppError => new AppError('gpu.noDriver', { detail }, cause)
  if (name === undefined) throw none(process.platform)
  let library: ReturnType<typeof koffi.load>
  try {
    library = koffi.load(name)
  } catch (error) {
    throw none(name, error)
  }
  const call = (declaration: string, ...values: unknown[]): void => {
    const code = (library.func(declaration) as (...all: unknown[]) => number)(...values)
    if (code !== 0) throw none(`${declaration.split('(')[0] ?? ''} ${code}`)
  }
  const number = (declaration: string, ...values: unknown[]): number => {
    const out = [0]
    call(declaration, out, ...values)
    return Number(out[0])
  }
  call('int cuInit(uint)', 0)
  const driver = number('int cuDriverGetVersion(_Out_ int*)')
  const device = number('int cuDeviceGet(_Out_ int*, int)', 0)
  const ask = (which: number): number => number('int cuDeviceGetAttribute(_Out_ int*, int, int)', which, device)
  const text = Buffer.alloc(256)
  call('int cuDeviceGetName(void*, int, int)', text, text.length, device)
  return {
    name: text.toString('utf8', 0, text.indexOf(0)),
    capability: 10 * ask(attribute.capabilityMajor) + ask(attribute.capabilityMinor),
    memoryBytes: number('int cuDeviceTotalMem_v2(_Out_ size_t*, int)', device),
    driver,
  }
}

/** @throws `gpu.driverTooOld`, `gpu.tooOld`, `gpu.tooSmall` */
export function checkGpu({ name, capability, memoryBytes, driver }: Gpu): void {
  if (driver < oldestDriver) {
    throw new AppError('gpu.driverTooOld', { found: versionText(driver), needed: versionText(oldestDriver) })
  }
  if (capability < oldestCapability) {
    throw new AppError('gpu.tooOld', { name, found: capability / 10, needed: oldestCapability / 10 })
  }
  if (memoryBytes < leastMemoryBytes) {
    const facts = { foundGb: gigabytes(memoryBytes), neededGb: gigabytes(leastMemoryBytes) }
    throw new AppError('gpu.tooSmall', { name, ...facts })
  }
}

/** Tensor cores multiply bfloat16 numbers from Ampere on (compute capability 8.0). */
export const gpuBfloat16 = ({ capability }: Gpu): Bfloat16Support => (capability >= 80 ? 'tensorCores' : 'none')

/** What needs nothing first; libtensorflow and cuDNN open the rest by name and find it loaded. */
const preloadOrder = [
  'cuda_runtime/lib/libcudart.so.12',
  'nvjitlink/lib/libnvJitLink.so.12',
  'cuda_nvrtc/lib/libnvrtc.so.12',
  'cublas/lib/libcublasLt.so.12',
  'cublas/lib/libcublas.so.12',
  'cusparse/lib/libcusparse.so.12',
  'cusolver/lib/libcusolver.so.11',
  'cufft/lib/libcufft.so.11',
  'curand/lib/libcurand.so.10',
  'cuda_cupti/lib/libcupti.so.12',
  'cudnn/lib/libcudnn.so.9',
  'nccl/lib/libnccl.so.2',
]

/**
 * Loads NVIDIA's libraries of an installed engine globally, so that neither a system CUDA nor any setting of the
 * environment decides which are used.
 * @param folder the installed engine's
 * @throws `engine.damaged`, `engine.notLoadable` {folder, detail}
 */
export function preloadCuda(folder: string): void {
  for (const path of preloadOrder) {
    const file = join(folder, 'nvidia', path)
    if (!existsSync(file)) throw new AppError('engine.damaged', { file: path, folder })
    try {
      koffi.load(file, { global: true })
    } catch (error) {
      throw new AppError('engine.notLoadable', { folder, detail: String(error) }, error)
    }
  }
}
