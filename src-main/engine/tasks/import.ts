import { mkdir } from 'node:fs/promises'
import type { JobTask } from '../../backend/jobs/protocol'
import { importTexts, type Source } from '../corpus/import'
import { encodingCandidates, rereadSources } from '../corpus/reread'
import type { Emit } from './emit'
import { progressTo } from './progress'

type Task<K extends JobTask['kind']> = Extract<JobTask, { kind: K }>

export async function runImport(
  { sources, corpusDir }: Task<'import'>,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  await read(sources, corpusDir, emit, signal)
}

export async function runReread(task: Task<'reread'>, emit: Emit, signal: AbortSignal): Promise<void> {
  const { fromDir, corpusDir, document, encoding } = task
  await read(await rereadSources(fromDir, document, encoding), corpusDir, emit, signal)
}

export async function runEncodings({ corpusDir, document }: Task<'encodings'>, emit: Emit): Promise<void> {
  await emit({ kind: 'encodings', candidates: await encodingCandidates(corpusDir, document) })
}

async function read(sources: readonly Source[], corpusDir: string, emit: Emit, signal: AbortSignal): Promise<void> {
  await mkdir(corpusDir, { recursive: true })
  const { documents, counts } = await importTexts({ sources, corpusDir, signal, onProgress: progressTo(emit) })
  await emit({ kind: 'imported', documents, counts })
}
