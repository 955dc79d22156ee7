/** In no list. */
const unlisted = -2
/** The end of a list. */
const end = -1
const fewestSlots = 1024

/**
 * How often each pair of neighbouring symbols occurs, and where: a hash table (open addressing, linear probing) whose
 * entries begin a doubly linked list through the places. Typed arrays throughout, 8 bytes a place and 12 a slot: maps and
 * lists of JavaScript took ten times as much on text that never repeats itself, where nearly every place has a pair of
 * its own (docs/log/058).
 *
 * A pair is a number from 1 to 2^32 - 1; a place is in one list at most. Counts of one pair stay below 2^32.
 */
export class PairPlaces {
  readonly #next: Int32Array
  readonly #previous: Int32Array
  /** 0: free. */
  #pairs = new Uint32Array(fewestSlots)
  #counts = new Uint32Array(fewestSlots)
  #first = new Int32Array(fewestSlots)
  #size = 0

  /** @param places below which all of them are */
  constructor(places: number) {
    this.#next = new Int32Array(places).fill(unlisted)
    this.#previous = new Int32Array(places)
  }

  count(pair: number): number {
    const slot = this.#slotOf(pair)
    return this.#pairs[slot] === 0 ? 0 : (this.#counts[slot] as number)
  }

  /** @param frequency how often what stands at this place occurs; above 0 */
  add(pair: number, place: number, frequency: number): void {
    let slot = this.#slotOf(pair)
    if (this.#pairs[slot] === 0) {
      if (2 * ++this.#size > this.#pairs.length) {
        this.#grow()
        slot = this.#slotOf(pair)
      }
      this.#pairs[slot] = pair
      this.#counts[slot] = 0
      this.#first[slot] = end
    }
    const first = this.#first[slot] as number
    if (first !== end) this.#previous[first] = place
    this.#next[place] = first
    this.#previous[place] = end
    this.#first[slot] = place
    this.#counts[slot] = (this.#counts[slot] as number) + frequency
  }

  /** Does nothing where the place is in no list. */
  remove(pair: number, place: number, frequency: number): void {
    const next = this.#next[place] as number
    if (next === unlisted) return
    const slot = this.#slotOf(pair)
    const previous = this.#previous[place] as number
    if (next !== end) this.#previous[next] = previous
    if (previous !== end) this.#next[previous] = next
    else this.#first[slot] = next
    this.#next[place] = unlisted
    const left = (this.#counts[slot] as number) - frequency
    this.#counts[slot] = left
    if (left === 0) this.#free(slot)
  }

  /** Forgets a pair. @returns its places, in no order */
  take(pair: number): number[] {
    const places: number[] = []
    const slot = this.#slotOf(pair)
    if (this.#pairs[slot] === 0) return places
    for (let place = this.#first[slot] as number; place !== end;) {
      places.push(place)
      const next = this.#next[place] as number
      this.#next[place] = unlisted
      place = next
    }
    this.#free(slot)
    return places
  }

  forEach(visit: (pair: number, count: number) => void): void {
    for (let slot = 0; slot < this.#pairs.length; slot++) {
      const pair = this.#pairs[slot] as number
      if (pair !== 0) visit(pair, this.#counts[slot] as number)
    }
  }

  /** Fibonacci hashing (Knuth, The Art of Computer Programming 3, section 6.4): the upper bits of the product. */
  #home(pair: number): number {
    return Math.imul(pair, 0x9e3779b1) >>> (Math.clz32(this.#pairs.length) + 1)
  }

  /** Where the pair is, or would be. */
  #slotOf(pair: number): number {
    const pairs = this.#pairs
    const mask = pairs.length - 1
    let slot = this.#home(pair)
    while (pairs[slot] !== 0 && pairs[slot] !== pair) slot = (slot + 1) & mask
    return slot
  }

  /** Closes the gap with those after it that would not be found any more (Knuth, algorithm 6.4R). */
  #free(slot: number): void {
    const mask = this.#pairs.length - 1
    let gap = slot
    for (let at = (gap + 1) & mask; this.#pairs[at] !== 0; at = (at + 1) & mask) {
      const home = this.#home(this.#pairs[at] as number)
      if (((at - home) & mask) < ((at - gap) & mask)) continue
      this.#pairs[gap] = this.#pairs[at] as number
      this.#counts[gap] = this.#counts[at] as number
      this.#first[gap] = this.#first[at] as number
      gap = at
    }
    this.#pairs[gap] = 0
    this.#size--
  }

  #grow(): void {
    const [pairs, counts, first] = [this.#pairs, this.#counts, this.#first]
    const slots = 2 * pairs.length
    this.#pairs = new Uint32Array(slots)
    this.#counts = new Uint32Array(slots)
    this.#first = new Int32Array(slots)
    for (let old = 0; old < pairs.length; old++) {
      const pair = pairs[old] as number
      if (pair === 0) continue
      const slot = this.#slotOf(pair)
      this.#pairs[slot] = pair
      this.#counts[slot] = counts[old] as number
      this.#first[slot] = first[old] as number
    }
  }
}
