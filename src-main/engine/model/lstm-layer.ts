import * as tf from '@tensorflow/tfjs'
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
export function stateAfter(pre: tf.Tensor2D, before: LstmState): LstmState {
  const [i, f, g, o] = gates(pre)
  const cell = f.mul(before.cell).add<tf.Tensor2D>(i.mul(g))
  return { hidden: o.mul(cell.tanh()), cell }
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
): tf.Tensor2D {
  return withGradient([x, weightIh, weightHh, bias], () => {
    const zero = tf.zeros<tf.Rank.R2>([x.shape[0] / length, weightHh.shape[0]])
    const pres: tf.Tensor2D[] = []
    const states: LstmState[] = [{ hidden: zero, cell: zero }]
    for (const projected of tf.split(tf.matMul(x, weightIh).add<tf.Tensor2D>(bias), length, 0)) {
      const before = states.at(-1) as LstmState
      const pre = projected.add<tf.Tensor2D>(tf.matMul(before.hidden, weightHh))
      pres.push(pre)
      states.push(stateAfter(pre, before))
    }
    const hiddens = states.map(({ hidden }) => hidden)
    const cells = states.map(({ cell }) => cell)
    const over = (steps: tf.Tensor2D[]): tf.Tensor2D => tf.concat(steps, 0) // (T·B, ...)
    return {
      value: over(hiddens.slice(1)),
      saved: [
        x,
        weightIh,
        weightHh,
        over(pres),
        over(hiddens.slice(0, -1)),
        over(cells.slice(0, -1)),
        over(cells.slice(1)),
      ],
      gradient: (dy, saved) => {
        const [x, weightIh, weightHh, pre, hiddenBefore, cellBefore, cell] = saved as [
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
          tf.Tensor2D,
        ]
        const dPre = backThroughTime(dy, pre, cellBefore, cell, weightHh, length)
        return [
          tf.matMul(dPre, weightIh, false, true),
          tf.matMul(x, dPre, true, false),
          tf.matMul(hiddenBefore, dPre, true, false),
          dPre.sum(0),
        ]
      },
    }
  })
}

/** `dy, cellBefore, cell: [T·B, D]`, `pre: [T·B, 4·D]` → dLoss/dPre `[T·B, 4·D]` */
function backThroughTime(
  dy: tf.Tensor2D,
  pre: tf.Tensor2D,
  cellBefore: tf.Tensor2D,
  cell: tf.Tensor2D,
  weightHh: tf.Tensor2D,
  length: number,
): tf.Tensor2D {
  const perStep = (x: tf.Tensor2D): tf.Tensor2D[] => tf.split<tf.Tensor2D>(x, length, 0)
  const [i, f, g, o] = gates(pre)
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
  const steps = { dy: perStep(dy), slopes: perStep(slopes), hiddenToCell: perStep(hiddenToCell), forget: perStep(f) }
  const dPres: tf.Tensor2D[] = []
  let dHiddenLater: tf.Tensor2D | null = null
  let dCellLater: tf.Tensor2D | null = null
  for (let t = length - 1; t >= 0; t--) {
    const at = (series: tf.Tensor2D[]): tf.Tensor2D => series[t] as tf.Tensor2D
    const dHidden: tf.Tensor2D = dHiddenLater === null ? at(steps.dy) : at(steps.dy).add(dHiddenLater)
    const dCellHere = dHidden.mul<tf.Tensor2D>(at(steps.hiddenToCell))
    const dCell: tf.Tensor2D = dCellLater === null ? dCellHere : dCellHere.add(dCellLater)
    const dPre: tf.Tensor2D = tf.concat([dCell, dCell, dCell, dHidden], 1).mul(at(steps.slopes))
    dPres.push(dPre)
    if (t === 0) break
    dCellLater = dCell.mul(at(steps.forget))
    dHiddenLater = tf.matMul(dPre, weightHh, false, true)
  }
  return tf.concat(dPres.reverse(), 0)
}
