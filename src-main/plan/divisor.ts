/** The smallest divisor of `n` that is not below `wish`; `n` itself where the wish is larger. Both from 1 on. */
export function nextDivisor(n: number, wish: number): number {
  let divisor = Math.min(Math.max(1, wish), n)
  while (n % divisor !== 0) divisor++
  return divisor
}
