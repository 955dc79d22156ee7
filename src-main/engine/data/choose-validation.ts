import { validationOf } from '../../plan/facts'
import { RandomStream } from '../random'
import type { TextBlock } from './text-blocks'

/** Blocks with the same text: if they were on both sides, the model would be judged by what it has learned. */
interface Group {
  readonly copies: number[]
  /** Of one copy. */
  readonly characters: number
  /** Of the first. */
  readonly document: number
}

const sizeOf = ({ copies, characters }: Group): number => copies.length * characters
const total = (groups: readonly Group[]): number => groups.reduce((sum, group) => sum + sizeOf(group), 0)

/**
 * Draws a tenth of a text: of each long document, and of all the others together. Blocks with the same text are drawn together.
 *
 * @param blockCharacters of a block, about
 * @returns how many characters of each block validate, from its start: all, none, or a part, so that it is exactly a tenth
 */
export function chooseValidation(blocks: readonly TextBlock[], blockCharacters: number): number[] {
  const seed = blocks.reduce((hash, block) => Math.imul(hash ^ block.hash, 0x01000193), 0)
  const validating = new Array<number>(blocks.length).fill(0)
  let [seen, taken] = [0, 0]
  for (const [i, part] of partsOf(groupsOf(blocks), 10 * blockCharacters).entries()) {
    seen += total(part)
    const random = new RandomStream(seed, 'split', i)
    for (const { copies, characters } of drawn(part, validationOf(seen) - taken, 10 * blockCharacters, random)) {
      for (const copy of copies) validating[copy] = characters
      taken += copies.length * characters
    }
  }
  return validating
}

function groupsOf(blocks: readonly TextBlock[]): Group[] {
  const groups = new Map<string, Group>()
  for (const [i, { document, characters, hash }] of blocks.entries()) {
    const key = `${hash} ${characters}`
    const group = groups.get(key)
    if (group) group.copies.push(i)
    else groups.set(key, { copies: [i], characters, document })
  }
  return [...groups.values()]
}

/** Each document of at least so many characters, and all others together. */
function partsOf(groups: readonly Group[], characters: number): Group[][] {
  const documents: Group[][] = []
  for (const group of groups) {
    if (documents.at(-1)?.[0]?.document === group.document) documents.at(-1)?.push(group)
    else documents.push([group])
  }
  const isLong = (document: readonly Group[]): boolean => total(document) >= characters
  return [documents.filter((document) => !isLong(document)).flat(), ...documents.filter(isLong)]
}

/**
 * Groups with so many characters together, as evenly as can be: of neighbours as much as of all. The last one is shortened to what
 * is missing.
 *
 * @param neighbours characters that are drawn from at a time
 */
function drawn(groups: readonly Group[], wanted: number, neighbours: number, random: RandomStream): Group[] {
  const share = wanted / total(groups)
  const chosen: Group[] = []
  const rest: Group[] = []
  let [passed, taken] = [0, 0]
  for (const stratum of strataOf(groups, neighbours)) {
    passed += total(stratum)
    for (const group of shuffled(stratum, random)) {
      const owed = share * passed - taken
      // What brings it nearer to its share.
      const isChosen = owed > 0 && sizeOf(group) <= 2 * owed
      if (isChosen) taken += sizeOf(group)
      ;(isChosen ? chosen : rest).push(group)
    }
  }
  // Rather of what comes once: of what comes often, all are shortened.
  rest.sort((a, b) => a.copies.length - b.copies.length)
  for (const group of rest) {
    if (taken >= wanted) break
    chosen.push(group)
    taken += sizeOf(group)
  }
  const last = chosen.pop()
  if (last === undefined) return []
  return [...chosen, { ...last, characters: last.characters - Math.floor((taken - wanted) / last.copies.length) }]
}

/** Neighbours with so many characters together, or a little more; the last ones fewer. */
function strataOf(groups: readonly Group[], characters: number): Group[][] {
  const strata: Group[][] = [[]]
  let size = 0
  for (const group of groups) {
    if (size >= characters) {
      strata.push([])
      size = 0
    }
    strata.at(-1)?.push(group)
    size += sizeOf(group)
  }
  return strata
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: RandomStream): T[] {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.intBelow(i + 1)
    ;[order[i], order[other]] = [order[other] as T, order[i] as T]
  }
  return order
}
