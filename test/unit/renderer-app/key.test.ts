import { expect, it } from 'vitest'
import { addressIn } from '../../../src-renderer/key'

const origin = 'http://127.0.0.1:7717'
const key = '0123456789abcdef'.repeat(3)

it.each([
  key,
  ` ${key}\n`,
  key.toUpperCase(),
  `#token=${key}`,
  `${origin}/#token=${key}`,
  `Homegrown is at ${origin}/#token=${key}.`,
])('finds the key in %j', (pasted) => {
  expect(addressIn(pasted, origin)).toBe(`${origin}/#token=${key}`)
})

it('follows an address to another port', () => {
  expect(addressIn(`http://127.0.0.1:8080/#token=${key}`, origin)).toBe(`http://127.0.0.1:8080/#token=${key}`)
})

it.each(['', 'key', key.slice(1), `${key}0`, `https://example.org/${key.slice(2)}`])('finds none in %j', (pasted) => {
  expect(addressIn(pasted, origin)).toBeNull()
})
