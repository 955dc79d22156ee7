import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { methodNames } from '../../../src-preload/contract/methods'

/** A person reads this list before the window may do one thing more: add to it by hand, with a reason in the commit. */
const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'surface.json'), 'utf8')) as { methods: string[] }

describe('what the window may ask', () => {
  it('is exactly the golden list', () => {
    expect([...methodNames].sort()).toEqual(golden.methods)
  })
})
