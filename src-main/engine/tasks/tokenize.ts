import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobTask } from '../../backend/jobs/protocol'
import { encodeCorpus } from '../data/encode'
import { writeFileAtomic } from '../files'
import { learnTokenizer } from '../tokenizer/learn'
import { loadTokenizer } from '../tokenizer/tokenizer'
import type { Emit } from './emit'
import { progressTo } from './progress'

type TokenizeTask = Extract<JobTask, { kind: 'tokenize' }>

export async function runTokenize(task: TokenizeTask, emit: Emit, signal: AbortSignal): Promise<void> {
  const { corpusDir, dir, tokenizer: kind, vocabSize } = task
  const progress = progressTo(emit)
  await mkdir(dir, { recursive: true })
  const learned = await learnTokenizer({
    corpusDir,
    kind,
    vocabSize,
    signal,
    onProgress: (share) => {
      progress('tokenizing', share, null)
    },
  })
  const path = join(dir, 'tokenizer.json')
  await writeFileAtomic(path, learned.json)
  const { tokenizer, hash } = await loadTokenizer(path)
  const encoded = await encodeCorpus({
    corpusDir,
    dir,
    tokenizer,
    tokenizerHash: hash,
    signal,
    onProgress: (share) => {
      progress('encoding', share, null)
    },
  })
  const facts = { vocabSize: tokenizer.vocabSize, maxVocabSize: learned.maxVocabSize, hash, ...encoded }
  await emit({ kind: 'tokenized', facts })
}
