import { describe, expect, it } from 'vitest'
import { findItem } from '../../../src-main/cli/trash'
import type { TrashItem } from '../../../src-preload/contract/records/trash'

const item = (id: string, name: string) => ({ id, name }) as TrashItem
const items = [item('run_abc123', 'one'), item('c_abc777', 'book.txt'), item('run_xyz', 'two'), item('c_q', 'two')]

describe('what is restored', () => {
  it.each([
    ['run_abc123', 'one'],
    ['book.txt', 'book.txt'],
    ['abc7', 'book.txt'],
    ['run_x', 'two'],
  ])('%s', (wish, name) => {
    expect(findItem(items, wish).name).toBe(name)
  })

  it.each([
    ['two', 'trash.ambiguous'],
    ['abc', 'trash.ambiguous'],
    ['', 'trash.notFound'],
    ['three', 'trash.notFound'],
  ])('%s: %s', (wish, code) => {
    expect(() => findItem(items, wish)).toThrow(expect.objectContaining({ code, exitCode: 3 }) as Error)
  })
})
