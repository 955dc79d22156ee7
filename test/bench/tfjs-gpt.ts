import * as tf from '@tensorflow/tfjs'
import type { TensorData } from '../../src-main/engine/ops'
import type { Tokens } from '../../src-main/engine/train-step'
import type { RunConfig } from '../../src-preload/contract/records/run-config'

/**
 * The GPT of model/gpt.ts as somebody writes it who has TensorFlow.js and nothing of ours: public ops, variables, gradients by
 * the tape, `tf.train.adam`. Clipping and weight decay, which TensorFlow.js does not bring along, are a few lines of it; with
 * both at 0 a step is `minimize` alone.
 */
export class TfjsGpt {
  readonly #config: RunConfig
  readonly #vocabSize: number
  readonly #weights: ReadonlyMap<string, tf.Variable>
  readonly #optimizer: tf.AdamOptimizer
  /** float32 [T, T]: 0 where a position may look, −1e9 where not. */
  readonly #mask: tf.Tensor

  /** Dropout is left out, so `config.dropout` must be 0. */
  constructor(config: RunConfig, vocabSize: number, weights: ReadonlyMap<string, TensorData>) {
    const { blockSize, learningRate, beta1, beta2 } = config
    this.#config = config
    this.#vocabSize = vocabSize
    this.#weights = new Map(
      Array.from(weights, ([name, { data, shape }]) => [name, tf.tidy(() => tf.variable(tf.tensor(data, [...shape])))]),
    )
    this.#optimizer = tf.train.adam(learningRate, beta1, beta2, 1e-8)
    this.#mask = tf.tidy(() => {
      const seen = tf.linalg.bandPart(tf.ones([blockSize, blockSize]), -1, 0)
      return tf.sub(1, seen).mul(-1e9)
    })
  }

  /** One step. @returns the loss before it, a scalar that is the caller's */
  step({ x, y }: Tokens): tf.Scalar {
    const { batchSize, blockSize } = this.#config
    const ids = tf.tensor2d(x, [batchSize, blockSize], 'int32')
    const targets = tf.tensor1d(y, 'int32')
    const loss = this.#minimize(() => this.#loss(ids, targets))
    tf.dispose([ids, targets])
    return loss
  }

  dispose(): void {
    tf.dispose([...this.#weights.values(), this.#mask])
    this.#optimizer.dispose()
  }

  #minimize(loss: () => tf.Scalar): tf.Scalar {
    const { gradClip, weightDecay, learningRate } = this.#config
    if (gradClip === 0 && weightDecay === 0) return this.#optimizer.minimize(loss, true) as tf.Scalar
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss)
      const gradients = Object.entries(grads)
      const norm = tf.addN(gradients.map(([, gradient]) => gradient.square().sum())).sqrt()
      const scale = tf.minimum(1, tf.div(gradClip, norm.add(1e-6)))
      // Matrices decay, vectors do not.
      for (const weight of this.#weights.values())
        if (weight.rank > 1) weight.assign(weight.mul(1 - learningRate * weightDecay))
      this.#optimizer.applyGradients(Object.fromEntries(gradients.map(([name, g]) => [name, g.mul(scale)])))
      return value
    })
  }

  #loss(ids: tf.Tensor2D, targets: tf.Tensor1D): tf.Scalar {
    const labels = tf.oneHot(targets, this.#vocabSize)
    return tf.losses.softmaxCrossEntropy(labels, this.#logits(ids)).asScalar()
  }

  /** `ids: int32 [B, T]` → `[B·T, V]` */
  #logits(ids: tf.Tensor2D): tf.Tensor2D {
    const { nLayer, nEmbd } = this.#config
    let h = tf.gather(this.#weight('wte.weight'), ids).add(this.#weight('wpe.weight')) // (B, T, D)
    for (let layer = 0; layer < nLayer; layer++) {
      h = h.add(this.#attention(`h.${layer}.attn`, this.#norm(`h.${layer}.ln_1`, h)))
      h = h.add(this.#mlp(`h.${layer}.mlp`, this.#norm(`h.${layer}.ln_2`, h)))
    }
    return tf.matMul(this.#norm('ln_f', h).reshape([-1, nEmbd]), this.#weight('wte.weight'), false, true)
  }

  /** `x: [B, T, D]` → `[B, T, D]` */
  #attention(name: string, x: tf.Tensor): tf.Tensor {
    const { batchSize, blockSize, nHead, nEmbd } = this.#config
    const headDim = nEmbd / nHead
    const [q, k, v] = tf
      .split(this.#dense(`${name}.c_attn`, x), 3, -1)
      .map((part) => part.reshape([batchSize, blockSize, nHead, headDim]).transpose([0, 2, 1, 3])) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ]
    const scores = tf.matMul(q, k, false, true).div(Math.sqrt(headDim)).add(this.#mask) // (B, nHead, T, T)
    const mixed = tf.matMul(tf.softmax(scores), v)
    return this.#dense(`${name}.c_proj`, mixed.transpose([0, 2, 1, 3]).reshape([batchSize, blockSize, nEmbd]))
  }

  #mlp(name: string, x: tf.Tensor): tf.Tensor {
    return this.#dense(`${name}.c_proj`, gelu(this.#dense(`${name}.c_fc`, x)))
  }

  /** Over the last axis of `[B, T, in]`: TensorFlow.js multiplies matrices, so the rows go into one. */
  #dense(name: string, x: tf.Tensor): tf.Tensor {
    const weight = this.#weight(`${name}.weight`) as tf.Tensor2D
    const [inputs, outputs] = weight.shape
    const [batch = 0, length = 0] = x.shape
    return tf
      .matMul(x.reshape<tf.Tensor2D>([-1, inputs]), weight)
      .add(this.#weight(`${name}.bias`))
      .reshape([batch, length, outputs])
  }

  #norm(name: string, x: tf.Tensor): tf.Tensor {
    const { mean, variance } = tf.moments(x, -1, true)
    const normed = x.sub(mean).div(variance.add(1e-5).sqrt())
    return normed.mul(this.#weight(`${name}.weight`)).add(this.#weight(`${name}.bias`))
  }

  #weight(name: string): tf.Tensor {
    const weight = this.#weights.get(name)
    if (weight === undefined) throw new Error(`no weight ${name}`)
    return weight
  }
}

const gelu = (x: tf.Tensor): tf.Tensor => x.mul(0.5).mul(x.div(Math.SQRT2).erf().add(1))
