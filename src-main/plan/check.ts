import type { ErrorCode, ErrorParams } from '../../src-preload/contract/errors'
import { misfitOf } from '../../src-preload/contract/field-value'
import { hasAttention, runFields, runLimits, widthRules, type RunField } from '../../src-preload/contract/limits'
import type { CorpusCounts } from '../../src-preload/contract/records/corpora'
import type { ConfigProblem } from '../../src-preload/contract/records/plan'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { nextDivisor } from './divisor'
import { estimateTokens, leastWords, validationOf } from './facts'

const problem = (
  field: RunField,
  code: ErrorCode,
  params: ErrorParams,
  fix: Partial<RunConfig> | null,
): ConfigProblem => ({ field, error: { code, params }, fix })

/** Why this is no value of the field, with the nearest that is one; null where it is. */
function problemOfField(field: RunField, value: unknown): ConfigProblem | null {
  const limit = runLimits[field]
  if (misfitOf(limit, value) === null) return null
  switch (limit.kind) {
    case 'number': {
      const { min, max } = limit
      const number = typeof value === 'number' ? value : NaN
      const nearest = Math.min(max, Math.max(min, limit.integer ? Math.round(number) : number))
      const fix = { [field]: Number.isFinite(nearest) ? nearest : limit.default }
      return problem(field, 'config.outOfRange', { field, value: shown(value), min, max }, fix)
    }
    case 'choice': {
      const params = { field, value: shown(value), options: limit.options.join(', ') }
      return problem(field, 'config.notAnOption', params, { [field]: limit.default })
    }
    case 'text': {
      const text = typeof value === 'string' ? value : ''
      const params = { field, max: limit.maxLength }
      return problem(field, 'config.textTooLong', params, { [field]: text.slice(0, limit.maxLength) })
    }
  }
}

const shown = (value: unknown): string | number => (typeof value === 'number' ? value : String(value))

/**
 * What of these settings is outside of the one table (contract/limits.ts), each with the change that mends it. To be asked
 * before anything is computed from them: all else in this folder counts on values that the table allows.
 */
export const fieldProblems = (settings: Partial<Record<RunField, unknown>>): ConfigProblem[] =>
  runFields.flatMap((field) => (field in settings ? (problemOfField(field, settings[field]) ?? []) : []))

/** The same with each of those changes made. */
export const withinLimits = (config: RunConfig): RunConfig =>
  Object.assign({}, config, ...fieldProblems(config).map(({ fix }) => fix)) as RunConfig

/** What the heads must divide. */
const dividedWidth = ({ model, nEmbd }: RunConfig): number => nEmbd / widthRules[model].headStep

/** The divisor of the width that is nearest to the wish, the smaller of two as near. */
function nearestHeads(nEmbd: number, nHead: number): number {
  let best = 1
  for (let n = 1; n <= Math.min(nEmbd, runLimits.nHead.max); n++) {
    if (nEmbd % n === 0 && Math.abs(n - nHead) < Math.abs(best - nHead)) best = n
  }
  return best
}

/** The heads that such a width can have, where it cannot have those of the config. */
function headsThatDivide(config: RunConfig): Partial<RunConfig> {
  const width = dividedWidth(config)
  return hasAttention(config.model) && width % config.nHead !== 0 ? { nHead: nearestHeads(width, config.nHead) } : {}
}

function widthProblem(config: RunConfig): ConfigProblem | null {
  const { model, nEmbd, nHead } = config
  const { step } = widthRules[model]
  if (nEmbd % step !== 0) {
    const fitting = Math.max(step, Math.round(nEmbd / step) * step)
    const fix = { nEmbd: fitting, ...headsThatDivide({ ...config, nEmbd: fitting }) }
    return problem('nEmbd', 'config.widthNotInSteps', { nEmbd, step }, fix)
  }
  const fix = headsThatDivide(config)
  return fix.nHead === undefined ? null : problem('nHead', 'config.headsDoNotDivide', { nEmbd, nHead }, fix)
}

/** Tokens that are kept aside and must hold a window and the token after it. */
const valTokens = (config: RunConfig, counts: CorpusCounts): number => validationOf(estimateTokens(config, counts))

/** The longest window that fits into the validation text; null where not even the shortest does. */
function longestWindow(config: RunConfig, counts: CorpusCounts): number | null {
  const { min, step } = runLimits.blockSize
  const longest = Math.floor((valTokens(config, counts) - 1) / step) * step
  return longest >= min ? longest : null
}

function contextProblem(config: RunConfig, counts: CorpusCounts): ConfigProblem | null {
  const { blockSize } = config
  const available = valTokens(config, counts)
  if (blockSize + 1 <= available) return null
  const contextTooLong = (fix: Partial<RunConfig>): ConfigProblem =>
    problem('blockSize', 'config.contextTooLong', { blockSize, available }, fix)
  const longest = longestWindow(config, counts)
  if (longest !== null) return contextTooLong({ blockSize: longest })
  // Characters are more than pieces.
  const ofCharacters = longestWindow({ ...config, tokenizer: 'char' }, counts)
  if (ofCharacters !== null) return contextTooLong({ tokenizer: 'char', blockSize: Math.min(blockSize, ofCharacters) })
  return problem('blockSize', 'config.tooLittleText', { words: counts.words, least: leastWords }, null)
}

/**
 * Why this config cannot run on this text, each with the change that removes it; empty when it can. The form, the
 * command line and `runs.start` ask the same function.
 */
export function problemsOf(config: RunConfig, counts: CorpusCounts): ConfigProblem[] {
  const wrong = fieldProblems(config)
  if (wrong.length > 0) return wrong
  const problems: ConfigProblem[] = []
  const { vocabSize, batchSize, accumulation, warmupSteps, maxSteps, minLearningRate, learningRate } = config
  const ofWidth = widthProblem(config)
  if (ofWidth !== null) problems.push(ofWidth)
  if (batchSize % accumulation !== 0) {
    const fix = { accumulation: nextDivisor(batchSize, accumulation) }
    problems.push(problem('accumulation', 'config.accumulationDoesNotDivide', { batchSize, accumulation }, fix))
  }
  if (config.tokenizer === 'bpe' && vocabSize > counts.maxVocabSize) {
    const max = counts.maxVocabSize
    const fix: Partial<RunConfig> = max >= runLimits.vocabSize.min ? { vocabSize: max } : { tokenizer: 'char' }
    problems.push(problem('vocabSize', 'config.vocabTooLarge', { vocabSize, max }, fix))
  }
  const context = contextProblem(config, counts)
  if (context !== null) problems.push(context)
  if (warmupSteps > maxSteps) {
    const fix = { warmupSteps: Math.floor(maxSteps / 10) }
    problems.push(problem('warmupSteps', 'config.warmupTooLong', { warmupSteps, maxSteps }, fix))
  }
  if (minLearningRate > learningRate) {
    const fix = { minLearningRate: learningRate / 10 }
    problems.push(problem('minLearningRate', 'config.learningRateOrder', { minLearningRate, learningRate }, fix))
  }
  return problems
}
