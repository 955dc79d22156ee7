import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { initialWeights } from '../model'
import { TfjsGpt } from '../bench/tfjs-gpt'
import { batchOf, lossesOf, open, stepFor, tinyConfig, vocabSize } from './engine-fixture'

it.each([
  ['minimize', 0, 0],
  ['clipping and decay', 1, 0.1],
])(
  'the GPT that the step benchmark writes with public ops is the same model as ours (%s)',
  async (_, gradClip, weightDecay) => {
    const config = tinyConfig({
      model: 'gpt',
      optimizer: 'adamw',
      dropout: 0,
      weightDecay,
      gradClip,
      learningRate: 3e-3,
    })
    const engine = await open('tensorflow')
    const ours = await lossesOf(await stepFor(engine, config), config, 10)
    engine.activate()
    const baseline = new TfjsGpt(config, vocabSize, initialWeights(config, vocabSize, config.seed))
    const before = tf.memory().numTensors
    const theirs: number[] = []
    for (let step = 1; step <= 10; step++) {
      const loss = baseline.step(batchOf(config, step))
      theirs.push(loss.dataSync()[0] ?? NaN)
      loss.dispose()
      // Its moments come into being in the first step.
      if (step > 1) expect(tf.memory().numTensors - before).toBe(2 * initialWeights(config, vocabSize, 1).size)
    }
    expect(ours.at(-1)).toBeLessThan((ours[0] ?? 0) - 0.05)
    for (const [i, loss] of ours.entries()) expect(theirs[i]).toBeCloseTo(loss, 4)
    baseline.dispose()
  },
)
