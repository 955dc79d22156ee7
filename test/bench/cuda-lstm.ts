import * as tf from '@tensorflow/tfjs'
import { initialWeights } from '../model'
import { lstmLayer } from '../../src-main/engine/layers/lstm-layer'
import { stepSpecOf } from '../../src-main/engine/step-spec'
import { RandomStream } from '../../src-main/engine/random'
import { openEngine } from '../../src-main/engine/runtime/engine'
import type { TensorData } from '../../src-main/engine/ops'
import type { StepMode, Tokens, TrainStep } from '../../src-main/engine/train-step'
import { openTensorFlowBackend, type TensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import type { TensorHandle } from '../../src-main/engine/runtime/tensorflow/c-api'
import { cudnnOf, lstmProblem } from '../../src-main/engine/runtime/tensorflow/cudnn'
import { dtypes, numbersOf } from '../../src-main/engine/runtime/tensorflow/dtypes'
import { tensorFlowOps } from '../../src-main/engine/runtime/tensorflow/ops'
import { record } from '../../src-main/engine/runtime/tensorflow/record'
import { exitNow } from '../../src-main/engine/tasks/exit-now'
import { readAll } from '../../src-main/engine/tensor-stream'
import { withDefaults } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'

/**
 * An LSTM on a card in its three ways: as a loop in a plain graph, as cuDNN's kernel in a plain graph, and compiled with
 * XLA. One JSON line a fact: whether they compute the same, how long a step takes, whether the same twice is the same to the
 * bit. Bundled like the other programs here. Environment: RTDIR, the folder of installed engines; STEPS (20), ROUNDS (3),
 * ONLY, a part of a shape's name; ENGINE=tensorflow with TFDIR for the ways that a processor has.
 */

const vocabSize = 2000
const { RTDIR, TFDIR, ENGINE = 'cuda', STEPS = '20', ROUNDS = '3', ONLY = '' } = process.env
const [steps, rounds] = [Number(STEPS), Number(ROUNDS)]
const shapes = [
  { name: '2 x 128, T 64, B 64', nLayer: 2, nEmbd: 128, blockSize: 64, batchSize: 64 },
  { name: '2 x 650, T 64, B 64', nLayer: 2, nEmbd: 650, blockSize: 64, batchSize: 64 },
].filter(({ name }) => name.includes(ONLY))

type Way = 'loop' | 'cudnn' | 'xla'
const report = (fact: object): void => {
  console.log(JSON.stringify(fact))
}

interface Started {
  readonly backend: TensorFlowBackend
  readonly ways: readonly Way[]
  /** A step with the initial weights. */
  readonly step: (way: Way, config: RunConfig, precision: StepMode['precision']) => Promise<TrainStep>
}

async function start(): Promise<Started> {
  const engine = await openEngine({
    engine: ENGINE as 'cuda',
    tensorflowDirs: TFDIR === undefined ? [] : [TFDIR],
    ...(RTDIR === undefined ? {} : { runtimeDir: RTDIR }),
  })
  const backend = await openTensorFlowBackend(engine.location ?? '')
  const cudnn = backend.context.hasGpu() ? cudnnOf(backend) : null
  const { CUBLAS_WORKSPACE_CONFIG: cublas, TF_DETERMINISTIC_OPS: deterministic } = process.env
  report({ engine: engine.id, hardware: engine.hardware, version: engine.version, cublas, deterministic })
  return {
    backend,
    ways: cudnn ? ['loop', 'cudnn', 'xla'] : ['loop', 'xla'],
    step: async (way, config, precision) => {
      backend.cudnn = way === 'cudnn' ? cudnn : null
      const compile = way === 'xla' ? 'xla' : 'graph'
      const step = await engine.compileStep(stepSpecOf(config, vocabSize), { compile, precision })
      step.writeWeights(initialWeights(config, vocabSize, 1))
      return step
    },
  }
}

/** The same for every way. */
function batchesOf({ batchSize, blockSize }: RunConfig): (step: number) => Tokens {
  const ids = (random: RandomStream): Int32Array =>
    Int32Array.from({ length: batchSize * blockSize }, () => Math.floor(vocabSize * random.uniform() ** 3))
  return (step) => {
    const random = new RandomStream(1, 'test', step)
    return { x: ids(random), y: ids(random) }
  }
}

/** Largest difference as a share of the largest number of the same tensor, and where it is. */
function farthest(
  a: ReadonlyMap<string, TensorData>,
  b: ReadonlyMap<string, TensorData>,
): { share: number; name: string } {
  let found = { share: 0, name: '' }
  for (const [name, { data }] of b) {
    const theirs = a.get(name)?.data ?? new Float32Array()
    let [difference, largest] = [0, 0]
    for (let i = 0; i < data.length; i++) {
      difference = Math.max(difference, Math.abs((data[i] ?? NaN) - (theirs[i] ?? NaN)))
      largest = Math.max(largest, Math.abs(data[i] ?? NaN))
    }
    const share = difference / largest
    if (!(share <= found.share)) found = { share, name }
  }
  return found
}

interface Trained {
  readonly losses: readonly number[]
  /** First moments after the first step: gradients, times 1 − beta1. */
  readonly gradients: ReadonlyMap<string, TensorData>
  readonly evaluation: number
  readonly weights: ReadonlyMap<string, TensorData>
  readonly firstStepMs: number
}

async function train(step: TrainStep, config: RunConfig): Promise<Trained> {
  const batch = batchesOf(config)
  const losses: number[] = []
  let gradients: ReadonlyMap<string, TensorData> = new Map()
  const began = performance.now()
  let firstStepMs = NaN
  for (let i = 1; i <= steps; i++) {
    await step.run({ step: i, learningRate: 1e-3, batch: batch(i) })
    losses.push((await step.readMetrics()).lossNats)
    if (i > 1) continue
    firstStepMs = performance.now() - began
    const moments = [...(await readAll(step.tensors.optimizer))].filter(([name]) => name.startsWith('exp_avg.'))
    gradients = new Map(moments)
  }
  const { lossNats } = await step.evaluate(batch(0))
  const evaluation = lossNats.reduce((sum, nats) => sum + nats, 0) / lossNats.length
  return { losses, gradients, evaluation, weights: await step.readWeights(), firstStepMs }
}

const relative = (a: number, b: number): number => Math.abs(a - b) / Math.abs(b)

/** Losses, gradients and an evaluation of each way against the loop's. */
async function compare({ ways, step }: Started, shape: string, config: RunConfig): Promise<void> {
  const { accumulation, dropout } = config
  let loop: Trained | null = null
  for (const way of ways) {
    if (way === 'xla' && dropout > 0) continue // draws other masks
    const trainStep = await step(way, config, 'float32')
    const trained = await train(trainStep, config)
    trainStep.close()
    loop ??= trained
    const { losses, gradients, evaluation, firstStepMs } = trained
    const lossesOff = Math.max(...losses.map((loss, i) => relative(loss, loop?.losses[i] ?? NaN)))
    const gradientsOff = farthest(gradients, loop.gradients)
    const evaluationOff = relative(evaluation, loop.evaluation)
    const said = [losses[0], losses[Math.floor(steps / 2)], losses.at(-1)]
    report({
      ...{ shape, way, accumulation, dropout, firstStepMs: Math.round(firstStepMs), losses: said, evaluation },
      ...{ lossesOff, gradientsOff, evaluationOff },
    })
  }
}

/** Milliseconds a step, the ways in turn, waiting for the card once in `stepsPerWait`. */
async function time({ ways, step }: Started, shape: string, config: RunConfig): Promise<void> {
  const stepsPerWait = 20
  const batch = batchesOf(config)(1)
  const sides: { key: string; trainStep: TrainStep; stepMs: number[] }[] = []
  for (const precision of ['float32', 'bfloat16'] as const) {
    for (const way of ways) {
      const trainStep = await step(way, config, precision)
      for (let i = 1; i <= 3; i++) await trainStep.run({ step: i, learningRate: 1e-4, batch })
      await trainStep.readMetrics()
      sides.push({ key: `${way} ${precision}`, trainStep, stepMs: [] })
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const { trainStep, stepMs } of sides) {
      const began = performance.now()
      for (let i = 0; i < stepsPerWait; i++) await trainStep.run({ step: 4 + i, learningRate: 1e-4, batch })
      await trainStep.readMetrics()
      stepMs.push((performance.now() - began) / stepsPerWait)
    }
  }
  for (const { key, trainStep, stepMs } of sides) {
    report({ shape, time: key, stepMs: stepMs.map((ms) => Number(ms.toFixed(3))) })
    trainStep.close()
  }
}

const same = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.compare(
    Buffer.from(a.buffer, a.byteOffset, a.byteLength),
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  ) === 0

/** A training from the same state twice: which weights are not the same to the bit. */
async function repeat({ ways, step }: Started, shape: string, config: RunConfig): Promise<void> {
  for (const way of ways) {
    const runs: Trained[] = []
    for (let run = 0; run < 2; run++) {
      const trainStep = await step(way, config, 'float32')
      runs.push(await train(trainStep, config))
      trainStep.close()
    }
    const [first, second] = runs as [Trained, Trained]
    const differ = [...first.weights].flatMap(([name, { data }]) =>
      same(data, second.weights.get(name)?.data ?? new Float32Array()) ? [] : [name],
    )
    report({ shape, twice: way, isSame: differ.length === 0, differ })
  }
}

/** One layer alone, its values and gradients: cuDNN against the loop, and against itself fifty times. */
function layerAlone({ backend }: Started, shape: string, { nEmbd, blockSize, batchSize }: RunConfig): void {
  const { context, binding } = backend
  const random = new RandomStream(2, 'test')
  const rows = blockSize * batchSize
  const scales: [number[], number][] = [
    [[rows, nEmbd], 2],
    [[nEmbd, 4 * nEmbd], 2 / Math.sqrt(nEmbd)],
    [[nEmbd, 4 * nEmbd], 2 / Math.sqrt(nEmbd)],
    [[4 * nEmbd], 1],
    [[rows, nEmbd], 2],
  ]
  const inputs = scales.map(([dims, scale]) => {
    const size = dims.reduce((product, dim) => product * dim, 1)
    const numbers = Float32Array.from({ length: size }, () => scale * (random.uniform() - 0.5))
    return context.newHandle(dtypes.float32, dims, numbers)
  })
  const nameOf = (isKernel: boolean): string =>
    record(backend, 'layer_alone', (recorder) => {
      const given = scales.map(([dims]) => recorder.placeholder(dtypes.float32, dims))
      tf.tidy(() => {
        const ops = tensorFlowOps(backend, null, 'graph')
        const [dy, ...tensors] = [given.at(-1), ...given.slice(0, -1)].map((output) =>
          backend.tensorOf(output as NonNullable<typeof output>),
        ) as [tf.Tensor, ...tf.Tensor[]]
        const layer = (...[x, ih, hh, bias]: tf.Tensor[]): tf.Tensor => {
          const all = [x, ih, hh, bias] as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor1D]
          const made = isKernel ? ops.lstm(...all, blockSize) : lstmLayer(...all, blockSize, ops)
          if (made === null) throw new Error('cuDNN has no kernel for this layer')
          return made
        }
        const value = layer(...tensors)
        const results = [value, ...tf.grads(layer)(tensors, dy)]
        recorder.register(
          results.map((result) => binding.outputOf(backend.idOf(result))),
          { compileWithXla: false },
        )
      })
      return recorder.name
    })
  const run = (name: string): Float32Array[] => {
    const handles: TensorHandle[] = context.execute(name, inputs, 5)
    const values = handles.map((handle) => numbersOf(dtypes.float32, context.read(handle)) as Float32Array)
    context.release(handles)
    return values
  }
  const results = ['y', 'dx', 'dWeightIh', 'dWeightHh', 'dBias'] as const
  const named = (values: readonly Float32Array[], at: number): Map<string, TensorData> =>
    new Map([['', { shape: [], data: values[at] as Float32Array }]])
  backend.cudnn = cudnnOf(backend)
  const [loop, kernel] = [nameOf(false), nameOf(true)]
  const ours = run(loop)
  const theirs = run(kernel)
  const off = results.map((name, i) => `${name} ${farthest(named(theirs, i), named(ours, i)).share.toExponential(1)}`)
  const changed = (name: string, before: readonly Float32Array[]): number => {
    let count = 0
    for (let i = 0; i < 50; i++) if (!run(name).every((value, at) => same(value, before[at] as Float32Array))) count++
    return count
  }
  report({
    shape,
    layer: off,
    changedOf50: { loop: changed(loop, ours), cudnn: changed(kernel, theirs) },
  })
  context.release(inputs)
}

async function main(): Promise<void> {
  const started = await start()
  for (const { name, ...size } of shapes) {
    const model = { model: 'lstm', gradClip: 0, dropout: 0, seed: 1 } as const
    const config = withDefaults({ ...model, ...size }) as RunConfig
    if (started.ways.includes('cudnn')) {
      report({ shape: name, problem: lstmProblem(started.backend.context, config.nEmbd, config.nEmbd) })
      layerAlone(started, name, config)
    }
    await compare(started, name, config)
    await compare(started, name, { ...config, dropout: 0.2, accumulation: 2 })
    await time(started, name, config)
    await repeat(started, name, { ...config, dropout: 0.2 })
  }
}

main().then(
  () => exitNow(0),
  (error: unknown) => {
    console.error(error, (error as { params?: unknown }).params)
    process.exit(1)
  },
)
