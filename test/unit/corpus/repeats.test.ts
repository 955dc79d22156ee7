import { expect, it } from 'vitest'
import { Repeats } from '../../../src-main/engine/corpus/repeats'

function shareOf(text: string, chunk = text.length): number {
  const repeats = new Repeats()
  for (let at = 0; at < text.length; at += chunk) repeats.push(text.slice(at, at + chunk))
  repeats.endDocument()
  return repeats.uniqueShare()
}
const sentence = (n: number): string => `This is the sentence of number ${n} and no other one. `
const english = Array.from({ length: 100 }, (_, n) => sentence(n)).join('')
const chinese = Array.from({ length: 100 }, (_, n) => `第${n}天早上，他又沿着河边慢慢走回家去。`).join('')

it.each([english, chinese])('a text that stands there ten times counts once', (text) => {
  expect(shareOf(text)).toBe(1)
  expect(shareOf(text.repeat(10))).toBeCloseTo(0.1, 2)
})

it('does not depend on where the text was cut', () => {
  for (const chunk of [1, 7, 1000]) expect(shareOf(english.repeat(3), chunk)).toBeCloseTo(1 / 3, 2)
})

it('takes short sentences, and a text without any, for new', () => {
  expect(shareOf('Yes. No. '.repeat(50))).toBe(1)
  expect(shareOf('')).toBe(1)
  expect(shareOf('ab'.repeat(200_000), 50_000)).toBeLessThanOrEqual(1)
})
