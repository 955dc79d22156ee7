import type { InstallStage } from '../../src-preload/contract/events'
import type {
  EngineId,
  EnginePackageInfo,
  EngineReason,
  EngineWish,
  InstallableEngine,
} from '../../src-preload/contract/records/computer'
import { megabytes } from './amounts'

const engines: Readonly<Record<EngineId, string>> = {
  cuda: 'Engine: TensorFlow on the graphics card',
  tensorflow: 'Engine: TensorFlow',
  webgpu: 'Engine: WebGPU on the graphics card',
  wasm: 'Engine: built-in (WASM), slower than the others. `doctor` says why it is used.',
}

const engineNames: Readonly<Record<EngineId, string>> = {
  cuda: 'TensorFlow on the graphics card (cuda)',
  tensorflow: 'TensorFlow (tensorflow)',
  webgpu: 'Graphics card through WebGPU (webgpu)',
  wasm: 'Built-in engine (wasm)',
}

const engineReasons: Readonly<Record<EngineReason, string>> = {
  named: 'the one you chose',
  notHere: 'because the one you chose doesn’t work here',
  card: 'because an NVIDIA card is fastest',
  only: 'the only fast engine that works here',
  faster: 'the fastest one measured',
  notMeasured: 'until you measure the engines',
  builtIn: 'because no fast engine works here',
}

const installStages: Readonly<Record<InstallStage, string>> = {
  downloading: 'Downloading',
  checking: 'Checking',
  unpacking: 'Unpacking',
}

/** What the command line says of engines and of installing one. */
export const engineTexts = {
  engine: (engine: EngineId) => engines[engine],
  engineChoice: (wish: EngineWish, fixed: boolean, engine: EngineId, reason: EngineReason) =>
    `New runs use: ${engineNames[engine]}, ${engineReasons[reason]} (${fixed ? 'HOMEGROWN_ENGINE' : 'setting'}: ${wish})`,
  engineState: (engine: EngineId, works: boolean, stepMs: number | null) => {
    const speed = stepMs === null ? '' : `, ${stepMs.toFixed(stepMs < 10 ? 1 : 0)} ms a step`
    return `${engineNames[engine]}: ${works ? `works${speed}` : 'not available'}`
  },
  installing: (stage: InstallStage, doneBytes: number, totalBytes: number) =>
    `${installStages[stage]}: ${megabytes(doneBytes)} of ${megabytes(totalBytes)}`,
  installed: (engine: InstallableEngine) => `Installed ${engine}.`,
  removed: (engine: InstallableEngine) => `Removed ${engine}.`,
  enginePackage: ({ engine, version, downloadBytes, diskBytes, installedBytes, supported }: EnginePackageInfo) => {
    if (installedBytes !== null) return `${engine} ${version}: installed (${megabytes(installedBytes)})`
    if (!supported) return `${engine} ${version}: not available for this computer`
    return `${engine} ${version}: downloads ${megabytes(downloadBytes)}, takes ${megabytes(diskBytes)} on disk`
  },
}
