import * as tf from '@tensorflow/tfjs'
import { withGradient } from './custom-gradient'

/** One step's values that the backward pass needs, `[B, D]` each. */
const keptPerStep = 6

/** Hidden and cell state, `[B, D]` each. */
export interface LstmState {
  readonly hidden: tf.Tensor2D
  readonly cell: tf.Tensor2D
}

/** Input, forget, cell and output gate from their pre-activations, in torch.nn.LSTM's order. `[B, 4·D]` → 4 × `[B, D]` */
function gates(preActivation: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
  const [i, f, g, o] = tf.split(preActivation, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]
  return [i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()]
}

/**
 * One step (Hochreiter and Schmidhuber 1997 with forget gates; torch.nn.LSTM).
 *
 * `projected: [B, 4·D]` is this step's input times the input kernel plus the bias.
 */
export function lstmStep(projected: tf.Tensor2D, state: LstmState, weightHh: tf.Tensor2D): LstmState {
  const [i, f, g, o] = gates(projected.add(tf.matMul(state.hidden, weightHh)))
  const cell = f.mul(state.cell).add<tf.Tensor2D>(i.mul(g))
  return { hidden: o.mul(cell.tanh()), cell }
}

/**
 * A whole layer over time, from a zero state, as one step on the tape. Only what is truly sequential stays in the time
 * loop: a [B, D] × [D, 4·D] product forward and its transpose backward. The input projection and all weight gradients
 * are one product each over all steps (Appleyard et al. 2016, section 3.1).
 *
 * `x: [T·B, D]`, time outermost; `weightIh, weightHh: [D, 4·D]`, `bias: [4·D]` → `[T·B, D]`
 */
export function lstmLayer(
  x: tf.Tensor2D,
  weightIh: tf.Tensor2D,
  weightHh: tf.Tensor2D,
  bias: tf.Tensor1D,
  length: number,
): tf.Tensor2D {
  const batch = x.shape[0] / length
  const width = weightHh.shape[0]
  return withGradient([x, weightIh, weightHh, bias], () => {
    const projected = tf.split(tf.matMul(x, weightIh).add<tf.Tensor2D>(bias), length, 0)
    const zero = tf.zeros<tf.Rank.R2>([batch, width])
    let state: LstmState = { hidden: zero, cell: zero }
    const kept: tf.Tensor2D[] = []
    const hiddens: tf.Tensor2D[] = []
    for (const step of projected) {
      const [i, f, g, o] = gates(step.add(tf.matMul(state.hidden, weightHh)))
      const cell = f.mul(state.cell).add<tf.Tensor2D>(i.mul(g))
      const tanhCell = cell.tanh()
      kept.push(i, f, g, o, state.cell, tanhCell)
      state = { hidden: o.mul(tanhCell), cell }
      hiddens.push(state.hidden)
    }
    const before = tf.concat([zero, ...hiddens.slice(0, -1)], 0) // (T·B, D)
    return {
      value: tf.concat(hiddens, 0),
      saved: [x, weightIh, weightHh, before, ...kept],
      gradient: (dy, saved) => {
        const [x, weightIh, weightHh, before, ...kept] = saved as tf.Tensor2D[] & { 0: tf.Tensor2D }
        const dPre = backThroughTime(tf.split(dy, length, 0), kept, weightHh as tf.Tensor2D)
        return [
          tf.matMul(dPre, weightIh as tf.Tensor2D, false, true),
          tf.matMul(x, dPre, true, false),
          tf.matMul(before as tf.Tensor2D, dPre, true, false),
          dPre.sum(0),
        ]
      },
    }
  })
}

/** `dy`: T × `[B, D]` → dLoss/dPre-activation of all steps, `[T·B, 4·D]` */
function backThroughTime(dy: readonly tf.Tensor2D[], kept: readonly tf.Tensor2D[], weightHh: tf.Tensor2D): tf.Tensor2D {
  const dPres: tf.Tensor2D[] = []
  let dHiddenNext: tf.Tensor2D | null = null
  let dCellNext: tf.Tensor2D | null = null
  for (const [back, dyStep] of dy.toReversed().entries()) {
    const at = (dy.length - 1 - back) * keptPerStep
    const [i, f, g, o, cellBefore, tanhCell] = kept.slice(at, at + keptPerStep) as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
    ]
    const dHidden: tf.Tensor2D = dHiddenNext === null ? dyStep : dyStep.add(dHiddenNext)
    const through = dHidden.mul(o).mul<tf.Tensor2D>(tf.sub(1, tanhCell.square()))
    const dCell: tf.Tensor2D = dCellNext === null ? through : through.add(dCellNext)
    const dPre: tf.Tensor2D = tf.concat(
      [
        dCell.mul(g).mul(i.mul(tf.sub(1, i))),
        dCell.mul(cellBefore).mul(f.mul(tf.sub(1, f))),
        dCell.mul(i).mul(tf.sub(1, g.square())),
        dHidden.mul(tanhCell).mul(o.mul(tf.sub(1, o))),
      ],
      1,
    )
    dPres.push(dPre)
    dCellNext = dCell.mul(f)
    dHiddenNext = tf.matMul(dPre, weightHh, false, true)
  }
  return tf.concat(dPres.toReversed(), 0)
}
