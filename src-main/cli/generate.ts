import type { CheckpointKind } from '../../src-preload/contract/records/checkpoints'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import type { Backend } from '../backend/backend'
import { newId } from '../backend/services/ids'
import type { Arguments, Options } from './arguments'
import { findRun } from './find-run'
import { interruptedCode, onInterrupt } from './interrupt'
import { jsonLine, text as write } from './output'
import { promptFromStdin } from './stdin'
import { samplingOf } from './values'

/** Lets a run continue a text, streamed. */
export async function generate(backend: Backend, { operands, options }: Arguments): Promise<number> {
  const [wish = '', operand = '-'] = operands
  const sampling = samplingOf(options)
  const { runs, talk, generator } = backend.services
  const run = findRun(runs.list(), wish)
  const { runId } = run
  const checkpoint = checkpointOf(run, options)
  const { step } = talk.checkpointFor(runId, checkpoint)
  const prompt = operand === '-' ? await promptFromStdin() : operand
  const generationId = newId('gen')
  const json = options.json === true

  let text = ''
  const show = (piece: string): void => {
    text += piece
    if (!json) write(piece)
    else if (piece !== '') jsonLine({ type: 'text', text: piece })
  }
  const stopListening = onInterrupt(() => {
    generator.stop(generationId)
  })
  if (!json) write(prompt)
  const request = { runId, checkpoint, step, generationId, prompt, sampling }
  const last = await generator.generate(request, (event) => {
    show(event.text)
  })
  stopListening()
  show(last.text)
  const { seed, tokens, tokensPerSecond, end } = last
  if (json)
    jsonLine({ type: 'done', runId, checkpoint, step, prompt, text, seed, tokens, tokensPerSecond, endReason: end })
  else write('\n')
  return end === 'cancelled' ? interruptedCode() : 0
}

const checkpointOf = ({ checkpoints }: RunRecord, { checkpoint }: Options): CheckpointKind =>
  checkpoint ?? (checkpoints.some(({ kind }) => kind === 'best') ? 'best' : 'last')
