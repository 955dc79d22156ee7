/** Entries with a number each; `pop` gives the largest value, of equal values the smallest key. */
export class PairHeap {
  readonly #values: number[] = []
  readonly #keys: number[] = []

  push(value: number, key: number): void {
    const values = this.#values
    const keys = this.#keys
    let at = keys.length
    values.push(value)
    keys.push(key)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(value, key, parent)) break
      values[at] = values[parent] as number
      keys[at] = keys[parent] as number
      at = parent
    }
    values[at] = value
    keys[at] = key
  }

  /** The first entry as [value, key]; undefined when empty. */
  pop(): [value: number, key: number] | undefined {
    const values = this.#values
    const keys = this.#keys
    const lastValue = values.pop()
    const lastKey = keys.pop()
    if (lastValue === undefined || lastKey === undefined) return undefined
    const count = keys.length
    if (count === 0) return [lastValue, lastKey]
    const first: [number, number] = [values[0] as number, keys[0] as number]
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= count) break
      if (child + 1 < count && this.#before(values[child + 1] as number, keys[child + 1] as number, child)) child++
      if (this.#before(lastValue, lastKey, child)) break
      values[at] = values[child] as number
      keys[at] = keys[child] as number
      at = child
    }
    values[at] = lastValue
    keys[at] = lastKey
    return first
  }

  #before(value: number, key: number, other: number): boolean {
    const otherValue = this.#values[other] as number
    return value !== otherValue ? value > otherValue : key < (this.#keys[other] as number)
  }
}
