import type { ErrorCode, ErrorParams } from '../../src-preload/contract/errors'
import { runFields, runLimits, type RunField } from '../../src-preload/contract/limits'
import type { ConfigProblem, CorpusCounts, RunConfig } from '../../src-preload/contract/records'
import { nextDivisor } from './divisor'
import { estimateTokens, trainShare } from './facts'

const problem = (
  field: RunField,
  code: ErrorCode,
  params: ErrorParams,
  fix: Partial<RunConfig> | null,
): ConfigProblem => ({ field, error: { code, params }, fix })

function outOfRange(config: RunConfig): ConfigProblem[] {
  return runFields.flatMap((field): ConfigProblem[] => {
    const limit = runLimits[field]
    if (limit.kind !== 'number') return []
    const value = config[field] as number
    const { min, max } = limit
    if (value >= min && value <= max && (!limit.integer || Number.isInteger(value))) return []
    const nearest = Math.min(max, Math.max(min, limit.integer ? Math.round(value) : value))
    const fix = { [field]: Number.isFinite(nearest) ? nearest : limit.default }
    return [problem(field, 'config.outOfRange', { field, value, min, max }, fix)]
  })
}

/** What the heads must divide: rotary positions turn the numbers of a head in pairs. */
const dividedWidth = ({ model, nEmbd, positions }: RunConfig): number =>
  model === 'modern' && positions === 'rotary' ? nEmbd / 2 : nEmbd

/** The divisor of the width that is nearest to the wish, the smaller of two as near. */
function nearestHeads(nEmbd: number, nHead: number): number {
  let best = 1
  for (let n = 1; n <= Math.min(nEmbd, runLimits.nHead.max); n++) {
    if (nEmbd % n === 0 && Math.abs(n - nHead) < Math.abs(best - nHead)) best = n
  }
  return best
}

/** Tokens that are kept aside and must hold a window and the token after it. */
const valTokens = (config: RunConfig, counts: CorpusCounts): number => {
  const tokens = estimateTokens(config, counts)
  return tokens - Math.floor(tokens * trainShare)
}

function contextProblem(config: RunConfig, counts: CorpusCounts): ConfigProblem | null {
  const available = valTokens(config, counts)
  if (config.blockSize + 1 <= available) return null
  const { min, step } = runLimits.blockSize
  const largest = Math.floor((available - 1) / step) * step
  const fix = largest >= min ? { blockSize: largest } : null
  return problem('blockSize', 'config.contextTooLong', { blockSize: config.blockSize, available }, fix)
}

/**
 * Why this config cannot run on this text, each with the change that removes it; empty when it can. The form, the
 * command line and `runs.start` ask the same function.
 */
export function problemsOf(config: RunConfig, counts: CorpusCounts): ConfigProblem[] {
  const problems = outOfRange(config)
  const { nEmbd, nHead, vocabSize, batchSize, accumulation, warmupSteps, maxSteps, minLearningRate, learningRate } =
    config
  const width = dividedWidth(config)
  if (config.model !== 'lstm' && width % nHead !== 0) {
    const fix = { nHead: nearestHeads(width, nHead) }
    problems.push(problem('nHead', 'config.headsDoNotDivide', { nEmbd, nHead }, fix))
  }
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
