import type { Tier } from '../../../../src-preload/contract/records'
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
 * bfloat16 has float32's range, so no loss scaling). XLA adds up in float32 and gives float32. The plain kernel of that
 * form is missing on the CPU: a plain graph rounds the result too.
 */
export function bfloat16MatMul(tier: Tier): MatMulRecording {
  return (recorder, attributes, inputs) => {
    const rounded = inputs.map((input) => cast(recorder, input, dtypes.float32, dtypes.bfloat16))
    const others = attributes.filter(({ name }) => name !== 'T')
    const only = (outputs: Output[]): Output => outputs[0] as Output
    if (tier === 'xla') {
      const types = [typeAttr('Ta', dtypes.bfloat16), typeAttr('Tb', dtypes.bfloat16), typeAttr('Tout', dtypes.float32)]
      return only(recorder.op('BatchMatMulV3', [...others, ...types], rounded, 1))
    }
    const product = recorder.op('BatchMatMulV2', [...others, typeAttr('T', dtypes.bfloat16)], rounded, 1)
    return cast(recorder, only(product), dtypes.bfloat16, dtypes.float32)
  }
}

function cast(recorder: GraphRecorder, value: Output, from: number, to: number): Output {
  return recorder.op('Cast', [typeAttr('SrcT', from), typeAttr('DstT', to)], [value], 1)[0] as Output
}
