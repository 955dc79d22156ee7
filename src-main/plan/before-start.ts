import type { PlanVerdict } from '../../src-preload/contract/records/plan'
import { type RunChoice, lengthDial, sizeDial } from '../../src-preload/contract/records/run-config'

/** What a choice comes to on a text. */
export interface ChoiceFacts {
  readonly parameterCount: number
  /** Tokens that the whole training sees. */
  readonly seenTokens: number
  /** null: not known. */
  readonly likelyMs: number | null
}

export interface TextFacts {
  readonly words: number
  /** Of the training text, what repeats itself counted once. */
  readonly uniqueTokens: number
}

/** Below this there is nothing to learn but the text itself: about ten pages. */
const fewestTokens = 8000
/** Repeating a text helps up to a few dozen times (Muennighoff et al. 2023: nothing is gained after 16 to 40). */
const mostPasses = 100
/** A model with many more numbers than the text has tokens learns it by heart sooner. */
const roomyPasses = 20
const roomyParameters = 30
const longMs = 10 * 3_600_000

const passesOf = ({ seenTokens }: ChoiceFacts, { uniqueTokens }: TextFacts): number =>
  seenTokens / Math.max(1, uniqueTokens)

function memorises(facts: ChoiceFacts, text: TextFacts): boolean {
  const passes = passesOf(facts, text)
  const isRoomy = facts.parameterCount > roomyParameters * text.uniqueTokens
  return passes > mostPasses || (isRoomy && passes > roomyPasses)
}

/** From the largest that is smaller, then shorter ones: what gives up least first. */
function smallerThan({ model, size, length }: RunChoice): RunChoice[] {
  const sizes = sizeDial.options.slice(0, sizeDial.options.indexOf(size)).reverse()
  const lengths = lengthDial.options.slice(0, lengthDial.options.indexOf(length)).reverse()
  return [
    ...sizes.map((smaller) => ({ model, size: smaller, length })),
    ...[size, ...sizes].flatMap((smaller) => lengths.map((shorter) => ({ model, size: smaller, length: shorter }))),
  ]
}

/** As `smallerThan`, but what is learned of the text goes before the time it takes. */
function shorterThan(choice: RunChoice): RunChoice[] {
  const all = smallerThan(choice)
  return [...all.filter(({ size }) => size === choice.size), ...all.filter(({ size }) => size !== choice.size)]
}

/**
 * What to say of a training before it starts, and the choice that would be better; nothing is refused for it.
 * @param factsOf of any choice of the same form
 */
export function verdictOf(
  choice: RunChoice,
  text: TextFacts,
  factsOf: (choice: RunChoice) => ChoiceFacts,
  own: ChoiceFacts = factsOf(choice),
): PlanVerdict {
  const passes = passesOf(own, text)
  const facts = { words: text.words, passes, likelyMs: own.likelyMs }
  if (text.uniqueTokens < fewestTokens) return { kind: 'tooLittleText', ...facts, better: null }
  if (memorises(own, text)) {
    const better = smallerThan(choice).find((other) => !memorises(factsOf(other), text)) ?? null
    return { kind: 'memorises', ...facts, better }
  }
  if (own.likelyMs !== null && own.likelyMs > longMs) {
    const isShort = ({ likelyMs }: ChoiceFacts): boolean => likelyMs !== null && likelyMs <= longMs
    return { kind: 'takesLong', ...facts, better: shorterThan(choice).find((other) => isShort(factsOf(other))) ?? null }
  }
  return { kind: 'fits', ...facts, better: null }
}

/** Tokens, each counted once, from which on a size has enough to learn: a few for each parameter, with repetition. */
const tokensFor = [
  ['large', 10e6],
  ['medium', 2e6],
  ['small', 400e3],
] as const

/** The size that a text can fill. */
export const suggestedSize = (uniqueTokens: number): RunChoice['size'] =>
  tokensFor.find(([, tokens]) => uniqueTokens >= tokens)?.[0] ?? 'tiny'
