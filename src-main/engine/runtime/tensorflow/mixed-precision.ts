import type { Tier } from '../../../../src-preload/contract/records/steps'
import { typeAttr, type Attribute } from './attributes'
import type { Output } from './c-api'
import { dtypes } from './dtypes'
import type { GraphRecorder } from './recorder'

/** Records the product of two float32 tensors → float32, instead of BatchMatMulV2 in float32. */
export type MatMulRecording = (
  recorder: GraphRecorder,
  attributes: readonly Attribute[],
  inputs: readonly Output[],
) => Output

/**
 * Matrix products of bfloat16 numbers; everything else, the weights above all, stays float32 (Micikevicius et al. 2018;
 * bfloat16 has float32's range, so no loss scaling). All add up in float32. On a processor XLA gives that sum as it is; the
 * plain kernel of that form is missing there, so a plain graph rounds the result too. On a graphics card both round it, as
 * PyTorch's autocast does: half the numbers to write and to read again, a third of a step's time there (docs/log/039).
 * @param onGpu graphics cards multiply whatever lies however
 */
export function bfloat16MatMul(tier: Tier, onGpu: boolean): MatMulRecording {
  return (recorder, attributes, inputs) => {
    const rounded = inputs.map((input) => recorder.cast(input, dtypes.float32, dtypes.bfloat16))
    const others = attributes.filter(({ name }) => name !== 'T')
    if (tier === 'xla' && !onGpu) {
      const types = [typeAttr('Ta', dtypes.bfloat16), typeAttr('Tb', dtypes.bfloat16), typeAttr('Tout', dtypes.float32)]
      const inRows = asXlaMultipliesFast(recorder, others, rounded)
      return recorder.single('BatchMatMulV3', [...inRows.attributes, ...types], inRows.inputs)
    }
    const product = recorder.single('BatchMatMulV2', [...others, typeAttr('T', dtypes.bfloat16)], rounded)
    return recorder.cast(product, dtypes.bfloat16, dtypes.float32)
  }
}

/**
 * XLA has a kernel for bfloat16 on processors that wants both sides row by row and the left one not to be turned: any
 * other product it multiplies in float32. A Transpose only changes what XLA takes for the order in memory, a Reshape sets
 * it back; the barrier keeps XLA from turning the left side within the product again.
 */
function asXlaMultipliesFast(
  recorder: GraphRecorder,
  attributes: readonly Attribute[],
  [left, right]: readonly Output[],
): { attributes: readonly Attribute[]; inputs: Output[] } {
  const turnsLeft = attributes.some(({ name, value }) => name === 'adj_x' && value === true)
  const inputs = [turnsLeft ? turned(recorder, left as Output) : left, right] as Output[]
  return {
    attributes: attributes.map((attribute) =>
      attribute.name === 'adj_x' ? { ...attribute, value: false } : attribute,
    ),
    inputs: inputs.map((input) => {
      const shape = recorder.numbers(dtypes.int32, recorder.describe(input).shape)
      return recorder.single('Reshape', [bfloat16, typeAttr('Tshape', dtypes.int32)], [input, shape])
    }),
  }
}

/** `[..., rows, columns]` → `[..., columns, rows]`, for certain before whatever uses it. */
function turned(recorder: GraphRecorder, value: Output): Output {
  const axes = recorder.describe(value).shape.map((_, axis) => axis)
  const order = recorder.numbers(dtypes.int32, [...axes.slice(0, -2), axes.length - 1, axes.length - 2])
  const transposed = recorder.single('Transpose', [bfloat16, typeAttr('Tperm', dtypes.int32)], [value, order])
  return recorder.single('XlaOptimizationBarrier', [], [transposed])
}

const bfloat16 = typeAttr('T', dtypes.bfloat16)
