import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import type { JobTask } from '../../backend/jobs/protocol'
import { encodeCorpus } from '../data/encode'
import { writeFileAtomic } from '../files'
import { learnTokenizer } from '../tokenizer/learn'
import { fitTokenizer } from '../data/fit'
import { openTokenized } from '../data/tokenized'
import { loadTokenizer } from '../tokenizer/tokenizer'
import type { Emit } from './emit'
import { progressTo } from './progress'

type TaskOf<K extends JobTask['kind']> = Extract<JobTask, { kind: K }>

export async function runTokenize(task: TaskOf<'tokenize'>, emit: Emit, signal: AbortSignal): Promise<void> {
  const { corpusDir, dir, tokenizer: kind, vocabSize } = task
  const progress = progressTo(emit)
  await mkdir(dir, { recursive: true })
  const { json, maxVocabSize, countedShare } = await learnTokenizer({
    corpusDir,
    kind,
    vocabSize,
    signal,
    onProgress: (share) => {
      progress('tokenizing', share, null)
    },
  })
  await writeFileAtomic(join(dir, 'tokenizer.json'), json)
  const encoded = await encodeWith(task, emit, signal)
  await emit({ kind: 'tokenized', facts: { ...encoded, maxVocabSize, countedShare } })
}

export async function runEncode(task: TaskOf<'encode'>, emit: Emit, signal: AbortSignal): Promise<void> {
  await emit({ kind: 'encoded', facts: await encodeWith(task, emit, signal) })
}

export async function runCheck({ dir }: TaskOf<'check'>, emit: Emit, signal: AbortSignal): Promise<void> {
  await emit({ kind: 'checked', areWhole: await areWhole(dir, signal) })
}

async function areWhole(dir: string, signal: AbortSignal): Promise<boolean> {
  try {
    const text = await openTokenized(dir, signal)
    text.close()
    return text.trainTokens.isChecked && text.valTokens.isChecked
  } catch (error) {
    if (error instanceof AppError && error.code.endsWith('.damaged')) return false
    throw error
  }
}

export async function runFit(
  { corpusDir, tokenizerPath }: TaskOf<'fit'>,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  const { tokenizer } = await loadTokenizer(tokenizerPath)
  await emit({ kind: 'fitted', fit: await fitTokenizer({ corpusDir, tokenizer, signal }) })
}

/** With the tokenizer that lies in the folder. */
async function encodeWith(
  { corpusDir, dir, split }: TaskOf<'encode'> | TaskOf<'tokenize'>,
  emit: Emit,
  signal: AbortSignal,
) {
  const progress = progressTo(emit)
  const { tokenizer, hash } = await loadTokenizer(join(dir, 'tokenizer.json'))
  const encoded = await encodeCorpus({
    corpusDir,
    dir,
    tokenizer,
    tokenizerHash: hash,
    split,
    signal,
    onProgress: (share) => {
      progress('encoding', share, null)
    },
  })
  return { vocabSize: tokenizer.vocabSize, hash, ...encoded }
}
