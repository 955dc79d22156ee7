import { mkdir } from 'node:fs/promises'
import type { JobTask } from '../../backend/jobs/protocol'
import { importTexts } from '../corpus/import'
import type { Emit } from './emit'
import { progressTo } from './progress'

type ImportTask = Extract<JobTask, { kind: 'import' }>

export async function runImport({ sources, corpusDir }: ImportTask, emit: Emit, signal: AbortSignal): Promise<void> {
  await mkdir(corpusDir, { recursive: true })
  const { documents, counts } = await importTexts({ sources, corpusDir, signal, onProgress: progressTo(emit) })
  await emit({ kind: 'imported', documents, counts })
}
