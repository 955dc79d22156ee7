import { AppError } from '../../../../src-preload/contract/errors'
import type { CApi, EagerOp, OperationDescription, Status } from './c-api'
import { dimsOf } from './dtypes'

/** TF_AttrType (tensorflow/c/c_api.h). */
export const attrTypes = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const

/** An attribute of an op as TensorFlow.js's kernels write it. */
export interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

export const typeAttr = (name: string, dtype: number): Attribute => ({ name, type: attrTypes.type, value: dtype })
export const shapeAttr = (name: string, shape: readonly number[]): Attribute => ({
  name,
  type: attrTypes.shape,
  value: shape,
})
/** Of Cast. */
export const castAttrs = (from: number, to: number): Attribute[] => [typeAttr('SrcT', from), typeAttr('DstT', to)]
/** One for each of several results; nodes of a graph alone have such attributes here. */
export const typeListAttr = (name: string, dtypes: readonly number[]): Attribute => ({
  name,
  type: attrTypes.type,
  value: dtypes,
})
export const shapeListAttr = (name: string, shapes: readonly (readonly number[])[]): Attribute => ({
  name,
  type: attrTypes.shape,
  value: shapes,
})
export const stringAttr = (name: string, value: string): Attribute => ({ name, type: attrTypes.string, value })

function unsupported(attribute: Attribute): AppError {
  return new AppError('engine.failed', { detail: `attribute ${attribute.name} of type ${attribute.type}` })
}

export function setEagerAttribute(api: CApi, op: EagerOp, attribute: Attribute, status: Status): void {
  const { name, type, value } = attribute
  switch (type) {
    case attrTypes.type:
      api.TFE_OpSetAttrType(op, name, value as number)
      return
    case attrTypes.int:
      if (Array.isArray(value)) api.TFE_OpSetAttrIntList(op, name, dimsOf(value as number[]), value.length)
      else api.TFE_OpSetAttrInt(op, name, value as number)
      return
    case attrTypes.float:
      api.TFE_OpSetAttrFloat(op, name, value as number)
      return
    case attrTypes.bool:
      api.TFE_OpSetAttrBool(op, name, value ? 1 : 0)
      return
    case attrTypes.string:
      api.TFE_OpSetAttrString(op, name, value as string, Buffer.byteLength(value as string))
      return
    case attrTypes.shape:
      api.TFE_OpSetAttrShape(op, name, dimsOf(value as number[]), (value as number[]).length, status)
      return
    default:
      throw unsupported(attribute)
  }
}

export function setGraphAttribute(api: CApi, description: OperationDescription, attribute: Attribute): void {
  const { name, type, value } = attribute
  switch (type) {
    case attrTypes.type:
      if (Array.isArray(value))
        api.TF_SetAttrTypeList(description, name, Int32Array.from(value as number[]), value.length)
      else api.TF_SetAttrType(description, name, value as number)
      return
    case attrTypes.int:
      if (Array.isArray(value)) api.TF_SetAttrIntList(description, name, dimsOf(value as number[]), value.length)
      else api.TF_SetAttrInt(description, name, value as number)
      return
    case attrTypes.float:
      api.TF_SetAttrFloat(description, name, value as number)
      return
    case attrTypes.bool:
      api.TF_SetAttrBool(description, name, value ? 1 : 0)
      return
    case attrTypes.string:
      api.TF_SetAttrString(description, name, value as string, Buffer.byteLength(value as string))
      return
    case attrTypes.shape:
      if (isListOfShapes(value)) {
        const ranks = Int32Array.from(value, ({ length }) => length)
        api.TF_SetAttrShapeList(description, name, value.map(dimsOf), ranks, value.length)
      } else api.TF_SetAttrShape(description, name, dimsOf(value as number[]), (value as number[]).length)
      return
    default:
      throw unsupported(attribute)
  }
}

const isListOfShapes = (value: unknown): value is readonly (readonly number[])[] =>
  Array.isArray(value) && Array.isArray(value[0])
