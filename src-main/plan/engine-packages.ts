import type { InstallableEngine } from '../../src-preload/contract/records/computer'

/**
 * What "Install the fast engine" installs: pinned files of Python's package index, checked by sha256. Pure data: the
 * services show it, a job fetches and unpacks it. A wheel is a zip; only the libraries and the licences are kept.
 */
export interface EngineWheel {
  /** `name==version`, as pip takes it. */
  readonly requirement: string
  readonly fileName: string
  readonly sha256: string
  readonly sizeBytes: number
}

export interface EnginePackage {
  readonly engine: InstallableEngine
  readonly version: string
  /** Under the folder of runtimes; holds the version, so that another one never overwrites it. */
  readonly folder: string
  /** Of the installed folder, where libtensorflow lies. */
  readonly libraryDir: string
  /** The wheels are for this platform, as Node names it. */
  readonly platform: string
  readonly wheels: readonly EngineWheel[]
  /** Regular expressions over whole names of members. */
  readonly keep: readonly string[]
  /** Taken off the beginning of a member's name. */
  readonly strip: string
  /** Of everything that is kept. */
  readonly diskBytes: number
  readonly licences: readonly string[]
}

const tensorflowVersion = '2.21.0'
const tensorflowFiles = [
  'tensorflow/libtensorflow_(cc|framework)\\.so\\.2',
  'tensorflow/include/LICENSE',
  'tensorflow/THIRD_PARTY_NOTICES\\.txt',
]

const tensorflow: EnginePackage = {
  engine: 'tensorflow',
  version: tensorflowVersion,
  folder: `tensorflow-cpu-${tensorflowVersion}`,
  libraryDir: '',
  platform: 'linux-x64',
  wheels: [
    {
      requirement: `tensorflow-cpu==${tensorflowVersion}`,
      fileName: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
      sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
      sizeBytes: 273_829_956,
    },
  ],
  keep: tensorflowFiles,
  strip: 'tensorflow/',
  diskBytes: 853_787_275,
  licences: ['Apache 2.0'],
}

/** What pip resolves `tensorflow[and-cuda]` to (2026-11): CUDA 12.9, cuDNN 9.28, NCCL 2.32. */
const cuda: EnginePackage = {
  engine: 'cuda',
  version: tensorflowVersion,
  folder: `tensorflow-cuda-${tensorflowVersion}`,
  // As in Python's site-packages: the library finds NVIDIA's by its own run path ($ORIGIN/../nvidia/*/lib), and XLA
  // finds ptxas and libdevice the same way.
  libraryDir: 'tensorflow',
  platform: 'linux-x64',
  wheels: [
    {
      requirement: 'tensorflow==2.21.0',
      fileName: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
      sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
      sizeBytes: 572_440_367,
    },
    {
      requirement: 'nvidia-cublas-cu12==12.9.3.13',
      fileName: 'nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl',
      sha256: 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
      sizeBytes: 581_217_458,
    },
    {
      requirement: 'nvidia-cuda-cupti-cu12==12.8.90',
      fileName: 'nvidia_cuda_cupti_cu12-12.8.90-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
      sha256: 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
      sizeBytes: 10_248_621,
    },
    {
      requirement: 'nvidia-cuda-nvcc-cu12==12.9.86',
      fileName: 'nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
      sha256: '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
      sizeBytes: 40_546_229,
    },
    {
      requirement: 'nvidia-cuda-nvrtc-cu12==12.9.86',
      fileName: 'nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
      sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
      sizeBytes: 89_568_129,
    },
    {
      requirement: 'nvidia-cuda-runtime-cu12==12.9.79',
      fileName: 'nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
      sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
      sizeBytes: 3_493_179,
    },
    {
      requirement: 'nvidia-cudnn-cu12==9.28.0.42',
      fileName: 'nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl',
      sha256: '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
      sizeBytes: 716_538_495,
    },
    {
      requirement: 'nvidia-cufft-cu12==11.4.1.4',
      fileName: 'nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
      sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
      sizeBytes: 200_877_592,
    },
    {
      requirement: 'nvidia-curand-cu12==10.3.10.19',
      fileName: 'nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl',
      sha256: '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
      sizeBytes: 68_295_626,
    },
    {
      requirement: 'nvidia-cusolver-cu12==11.7.5.82',
      fileName: 'nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl',
      sha256: '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
      sizeBytes: 338_117_415,
    },
    {
      requirement: 'nvidia-cusparse-cu12==12.5.10.65',
      fileName: 'nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
      sha256: '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
      sizeBytes: 366_465_088,
    },
    {
      requirement: 'nvidia-nccl-cu12==2.32.3',
      fileName: 'nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl',
      sha256: 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
      sizeBytes: 351_526_311,
    },
    {
      requirement: 'nvidia-nvjitlink-cu12==12.9.86',
      fileName: 'nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
      sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
      sizeBytes: 39_748_338,
    },
  ],
  keep: [
    ...tensorflowFiles,
    'nvidia/(cublas|cuda_cupti|cuda_nvrtc|cuda_runtime|cudnn|cufft|curand|cusolver|cusparse|nccl|nvjitlink)/lib/lib' +
      '(cublas|cublasLt|cupti|nvrtc|nvrtc-builtins|cudart|cudnn\\w*|cufft|curand|cusolver|cusparse|nccl|nvJitLink)' +
      '\\.so[.\\d]*',
    'nvidia/cuda_nvcc/bin/ptxas',
    'nvidia/cuda_nvcc/nvvm/libdevice/libdevice\\.10\\.bc',
    'nvidia_\\w+-[^/]+\\.dist-info/(licenses/)?License\\.txt',
  ],
  strip: '',
  diskBytes: 5_250_621_276,
  licences: ['Apache 2.0', 'NVIDIA CUDA Toolkit EULA', 'NVIDIA cuDNN SLA', 'NCCL (BSD-3-Clause)'],
}

export const enginePackages: Readonly<Record<InstallableEngine, EnginePackage>> = { tensorflow, cuda }

export const downloadBytesOf = ({ wheels }: EnginePackage): number =>
  wheels.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

/** Written last into an installed folder: what lies there without it is half-installed and never used. */
export const manifestName = 'engine.json'

export interface EngineManifest {
  readonly engine: InstallableEngine
  readonly version: string
  readonly files: readonly ManifestFile[]
}

export interface ManifestFile {
  /** Under the folder, with `/`. */
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
  /** A file that still has this time is taken for unchanged; another one is read and compared. */
  readonly modifiedMs: number
}
