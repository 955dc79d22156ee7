import { expect, it } from 'vitest'
import { AppError } from '../../../src-preload/contract/errors'

const withCode = (code: string): Error => Object.assign(new Error(code), { code })

it.each([
  new RangeError('Array buffer allocation failed'),
  new RangeError('WebAssembly.Memory(): could not allocate memory'),
  new Error('Aborted(OOM). Build with -sASSERTIONS for more info.'),
  new Error('std::bad_alloc'),
  new Error('memory access out of bounds'),
  new Error('LLVM ERROR: Unable to allocate memory'),
  new Error(
    '{{node step}} Operation received an exception:Status: 1, message: could not create a primitive, in file x',
  ),
  new Error('spawn /usr/bin/node: Cannot allocate memory'),
  withCode('ENOMEM'),
  withCode('ERR_MEMORY_ALLOCATION_FAILED'),
  withCode('SQLITE_NOMEM'),
])('%s: memory has run out', (thrown) => {
  expect(AppError.from(thrown)).toMatchObject({ code: 'memory.exhausted', cause: thrown })
})

it.each([
  new RangeError('Invalid array length'),
  new RangeError('Maximum call stack size exceeded'),
  new Error(
    '{{node step}} Operation received an exception:Status: 2, message: could not create a primitive, in file x',
  ),
  withCode('EACCES'),
])('%s: a fault of the program', (thrown) => {
  expect(AppError.from(thrown)).toMatchObject({ code: 'internal', params: { detail: thrown.message } })
})

it.each(['ENOSPC', 'EDQUOT', 'SQLITE_FULL'])('%s: the disk is full', (code) => {
  expect(AppError.from(withCode(code)).code).toBe('disk.full')
})
