import * as tf from '@tensorflow/tfjs'
import type { EngineOps } from '../ops'
import { withGradient } from './custom-gradient'

/** Hidden and cell state, `[B, D]` each. */
export interface LstmState {
  readonly hidden: tf.Tensor2D
  readonly cell: tf.Tensor2D
}

type Gates = [input: tf.Tensor2D, forget: tf.Tensor2D, cell: tf.Tensor2D, output: tf.Tensor2D]

/** The gates in torch.nn.LSTM's order. `pre: [N, 4·D]`, before the activations → 4 × `[N, D]` */
function gates(pre: tf.Tensor2D): Gates {
  const [i, f, g, o] = tf.split(pre, 4, 1) as Gates
  return [i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()]
}

/**
 * One step (Hochreiter and Schmidhuber 1997, with Gers' forget gate; torch.nn.LSTM).
 *
 * `pre: [B, 4·D]`: input times input kernel, plus hidden state times hidden kernel, plus bias
 */
function stateAfter(pre: tf.Tensor2D, before: LstmState): LstmState {
  return stateOf(gates(pre), before)
}

function stateOf([i, f, g, o]: Gates, before: LstmState): LstmState {
  const cell = f.mul(before.cell).add<tf.Tensor2D>(i.mul(g))
  return { hidden: o.mul(cell.tanh()), cell }
}

/**
 * Step after step from a state. `projected: [T, 4·D]`, the input times its kernel plus the bias, of one text
 * @param recur a hidden state times its kernel: [1, D] → [1, 4·D]
 * @returns the hidden states `[T, D]`, and the state after the last one
 */
export function lstmSteps(
  projected: tf.Tensor2D,
  length: number,
  before: LstmState,
  recur: (hidden: tf.Tensor2D) => tf.Tensor2D,
): { readonly hiddens: tf.Tensor2D; readonly last: LstmState } {
  let last = before
  const hiddens = (length === 1 ? [projected] : tf.split<tf.Tensor2D>(projected, length, 0)).map((row) => {
    last = stateAfter(row.add(recur(last.hidden)), last)
    return last.hidden
  })
  return { hiddens: length === 1 ? last.hidden : tf.concat(hiddens, 0), last }
}

/**
 * A whole layer over time, from a zero state, as one step on the tape. Only what is truly sequential stays in the time
 * loop. The input projection, the weight gradients and every activation's derivative are single ops over all steps
 * (Appleyard, Kocisky and Blunsom 2016, section 3): 19 ops a step instead of 37.
 *
 * `x: [T·B, D]`, time outermost; `weightIh, weightHh: [D, 4·D]`, `bias: [4·D]` → `[T·B, D]`
 */
export function lstmLayer(
  x: tf.Tensor2D,
  weightIh: tf.Tensor2D,
  weightHh: tf.Tensor2D,
  bias: tf.Tensor1D,
  length: number,
  ops: EngineOps,
): tf.Tensor2D {
  return withGradient([x, weightIh, weightHh, bias], () => {
    const zero = tf.zeros<tf.Rank.R2>([x.shape[0] / length, weightHh.shape[0]])
    const { outputs } = ops.scan({
      length,
      reverse: false,
      carry: [zero, zero],
      inputs: [tf.matMul(x, weightIh).add<tf.Tensor2D>(bias)],
      constants: [weightHh],
      step: (carry, [projected], [kernel]) => {
        const [hidden, cell] = carry as [tf.Tensor2D, tf.Tensor2D]
        const pre = (projected as tf.Tensor2D).add<tf.Tensor2D>(tf.matMul(hidden, kernel as tf.Tensor2D))
        const opened = gates(pre)
        const after = stateOf(opened, { hidden, cell })
        // The way back needs the gates. And only as results of their own XLA's processor code vectorises them: in one kernel
        // with the cell they took six times as long (docs/log/041).
        return { carry: [after.hidden, after.cell], outputs: [after.hidden, after.cell, ...opened] }
      },
    })
    const [hidden, cell, ...opened] = outputs as [tf.Tensor2D, tf.Tensor2D, ...Gates]
    return {
      value: hidden,
      saved: [x, weightIh, weightHh, hidden, cell, ...opened],
      gradient: (dy, saved) => {
        const [x, weightIh, weightHh, hidden, cell, ...opened] = saved as [
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
          ...Gates,
        ]
        const [batch, width] = [x.shape[0] / length, weightHh.shape[0]]
        const before = (series: tf.Tensor2D): tf.Tensor2D =>
          tf.concat2d([tf.zeros([batch, width]), series.slice([0, 0], [batch * (length - 1), width])], 0)
        const dPre = backThroughTime(ops, dy, opened, before(cell), cell, weightHh, length)
        const dKernels = tf.matMul(tf.concat2d([x, before(hidden)], 1), dPre, true, false)
        const [dWeightIh, dWeightHh] = tf.split(dKernels, [x.shape[1], width], 0) as [tf.Tensor2D, tf.Tensor2D]
        return [tf.matMul(dPre, weightIh, false, true), dWeightIh, dWeightHh, dPre.sum(0)]
      },
    }
  })
}

/** All `[T·B, D]` → dLoss/dPre `[T·B, 4·D]`, of what is before the activations */
function backThroughTime(
  ops: EngineOps,
  dy: tf.Tensor2D,
  [i, f, g, o]: Gates,
  cellBefore: tf.Tensor2D,
  cell: tf.Tensor2D,
  weightHh: tf.Tensor2D,
  length: number,
): tf.Tensor2D {
  const tanhCell = cell.tanh()
  const oneMinus = (x: tf.Tensor2D): tf.Tensor2D => tf.sub(1, x)
  // dPre of a step is (dCell, dCell, dCell, dHidden) times this.
  const slopes = tf.concat<tf.Tensor2D>(
    [
      g.mul(i).mul(oneMinus(i)),
      cellBefore.mul(f).mul(oneMinus(f)),
      i.mul(oneMinus(g.square())),
      tanhCell.mul(o).mul(oneMinus(o)),
    ],
    1,
  )
  const hiddenToCell = o.mul<tf.Tensor2D>(oneMinus(tanhCell.square()))
  const zero = tf.zeros<tf.Rank.R2>([dy.shape[0] / length, weightHh.shape[0]])
  const { outputs } = ops.scan({
    length,
    reverse: true,
    carry: [zero, zero],
    inputs: [dy, slopes, hiddenToCell, f],
    constants: [weightHh],
    step: (later, inputs, [kernel]) => {
      const [dHiddenLater, dCellLater] = later as [tf.Tensor2D, tf.Tensor2D]
      const [dy, slopes, hiddenToCell, forget] = inputs as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]
      const dHidden = dy.add<tf.Tensor2D>(dHiddenLater)
      const dCell = dHidden.mul<tf.Tensor2D>(hiddenToCell).add<tf.Tensor2D>(dCellLater)
      const dPre = tf.concat2d([dCell, dCell, dCell, dHidden], 1).mul<tf.Tensor2D>(slopes)
      return {
        carry: [tf.matMul(dPre, kernel as tf.Tensor2D, false, true), dCell.mul<tf.Tensor2D>(forget)],
        outputs: [dPre],
      }
    },
  })
  return outputs[0] as tf.Tensor2D
}
