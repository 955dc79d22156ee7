/**
 * The smallest divisor of `n` that is not below `wish`; `n` itself where the wish is larger, and where one of them is no
 * whole number from 1 on: it ends whatever it is given.
 */
export function nextDivisor(n: number, wish: number): number {
  for (let divisor = Math.max(1, wish); divisor < n; divisor++) if (n % divisor === 0) return divisor
  return n
}
