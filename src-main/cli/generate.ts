import { AppError } from '../../src-preload/contract/errors'
import { samplingLimits } from '../../src-preload/contract/limits'
import { sampling, type CheckpointKind, type RunRecord, type Sampling } from '../../src-preload/contract/records'
import type { Backend } from '../backend/backend'
import { newId } from '../backend/services/ids'
import { numberOf, operandsOf, UsageError, type Arguments, type Options } from './arguments'
import { exitCodes } from './exit'
import { findRun } from './find-run'
import { jsonLine, write } from './output'

/** Lets a run continue a text, streamed. */
export async function generate(backend: Backend, args: Arguments): Promise<number> {
  const [wish = '', prompt = ''] = operandsOf(args, 'RUN', 'PROMPT')
  const { runs, talk, generator } = backend.services
  const run = findRun(runs.list(), wish)
  const { runId } = run
  const checkpoint = checkpointOf(run, args.options)
  const { step } = talk.checkpointFor(runId, checkpoint)
  const generationId = newId('gen')
  const json = args.options.json === true

  let text = ''
  const show = (piece: string): void => {
    text += piece
    if (!json) write(piece)
    else if (piece !== '') jsonLine({ type: 'text', text: piece })
  }
  process.on('SIGINT', () => {
    generator.stop(generationId)
  })
  if (!json) write(prompt)
  const request = { runId, checkpoint, step, generationId, prompt, sampling: samplingOf(args.options) }
  const last = await generator.generate(request, (event) => {
    show(event.text)
  })
  show(last.text)
  const { seed, tokens, tokensPerSecond, end } = last
  if (json)
    jsonLine({ type: 'done', runId, checkpoint, step, prompt, text, seed, tokens, tokensPerSecond, endReason: end })
  else write('\n')
  return end === 'cancelled' ? exitCodes.interrupted : 0
}

function checkpointOf(run: RunRecord, { checkpoint }: Options): CheckpointKind {
  if (checkpoint === 'best' || checkpoint === 'last') return checkpoint
  if (checkpoint !== undefined) throw new UsageError(`--checkpoint ${checkpoint}?`)
  return run.checkpoints.some(({ kind }) => kind === 'best') ? 'best' : 'last'
}

/** @throws AppError `config.outOfRange` {field, min, max} */
function samplingOf(options: Options): Sampling {
  const number = (field: keyof typeof samplingLimits, option: 'max-tokens' | 'temperature' | 'top-k' | 'top-p') => {
    const { min, max, default: fallback } = samplingLimits[field]
    const text = options[option]
    const value = text === undefined ? fallback : numberOf(option, text)
    if (value < min || value > max) throw new AppError('config.outOfRange', { field: `--${option}`, min, max })
    return value
  }
  const wished = {
    temperature: number('temperature', 'temperature'),
    topK: number('topK', 'top-k'),
    topP: number('topP', 'top-p'),
    maxTokens: number('maxTokens', 'max-tokens'),
    seed: options.seed === undefined ? null : numberOf('seed', options.seed),
    stop: options.stop ?? [],
  }
  const valid = sampling.safeParse(wished)
  if (!valid.success) throw new AppError('input.invalid', { field: valid.error.issues[0]?.path.join('.') ?? '' })
  return valid.data
}
