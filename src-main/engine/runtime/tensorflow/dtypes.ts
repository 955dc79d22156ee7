import { AppError } from '../../../../src-preload/contract/errors'

/** TF_DataType (tensorflow/c/tf_datatype.h): the ones that occur here. */
export const dtypes = {
  float32: 1,
  uint8: 4,
  int32: 3,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
  variant: 21,
  uint64: 23,
} as const

const arrays = new Map<number, typeof Float32Array | typeof Int32Array | typeof Uint8Array | typeof BigInt64Array>([
  [dtypes.float32, Float32Array],
  [dtypes.int32, Int32Array],
  [dtypes.uint8, Uint8Array],
  [dtypes.bool, Uint8Array],
  [dtypes.int64, BigInt64Array],
  [dtypes.uint64, BigInt64Array],
])

export type Numbers = Float32Array | Int32Array | Uint8Array | BigInt64Array

/** Bytes of one element. Throws `engine.failed` for types that have no fixed size here (strings, resources). */
export function sizeOfDtype(dtype: number): number {
  return arrayOf(dtype).BYTES_PER_ELEMENT
}

function arrayOf(dtype: number): typeof Float32Array | typeof Int32Array | typeof Uint8Array | typeof BigInt64Array {
  const array = arrays.get(dtype)
  if (!array) throw new AppError('engine.failed', { detail: `no numbers of TF_DataType ${dtype}` })
  return array
}

/** The bytes that TensorFlow expects for these values. */
export function bytesOf(dtype: number, values: Numbers | readonly number[]): Uint8Array {
  const array = arrayOf(dtype)
  const typed =
    values instanceof array
      ? values
      : array === BigInt64Array
        ? BigInt64Array.from(values as readonly number[], BigInt)
        : (array as typeof Float32Array).from(values as readonly number[])
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength)
}

/** Numbers of that type over bytes of our own (aligned, not shared with TensorFlow). */
export function numbersOf(dtype: number, bytes: Uint8Array<ArrayBuffer>): Numbers {
  return new (arrayOf(dtype))(bytes.buffer)
}

export const dimsOf = (shape: readonly number[]): BigInt64Array => BigInt64Array.from(shape, BigInt)
