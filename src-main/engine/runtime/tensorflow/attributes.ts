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
      api.TF_SetAttrType(description, name, value as number)
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
      api.TF_SetAttrShape(description, name, dimsOf(value as number[]), (value as number[]).length)
      return
    default:
      throw unsupported(attribute)
  }
}
