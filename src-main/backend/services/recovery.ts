import { rm } from 'node:fs/promises'
import { AppError } from '../../../src-preload/contract/errors'
import { conversationsDeletedBefore, endOpenMessages, removeConversation } from '../db/conversations'
import { corporaDeletedBefore, importingCorpora, removeCorpus, setCorpusEnded } from '../db/corpora'
import { ownedRuns, removeRun, runsDeletedBefore } from '../db/runs'
import { isAlive } from '../jobs/process-identity'
import { reconcileCheckpoints } from './checkpoint-files'
import { undoMs, type Context } from './context'
import { seqGapAfterCrash, type RunRecorder } from './run-recorder'

/**
 * What a dead backend left behind. A run whose owner still lives (a command line beside the window) is left alone. Folders
 * that no row names are left alone too: after a lost database they are all that is left of somebody's work.
 */
export function recover(context: Context, recorder: RunRecorder): void {
  const { db } = context
  for (const run of ownedRuns(db, ['running', 'queued'])) {
    if (isAlive(run.owner_pid, run.owner_token)) continue
    // Its job ends with its channel; one that did not get that far would write into the same folder as the resumed run.
    if (run.job_pid !== null && isAlive(run.job_pid, run.job_token)) process.kill(run.job_pid, 'SIGKILL')
    reconcileCheckpoints(context, run.run_id)
    recorder.change(run.run_id, {
      state: 'interrupted',
      ended_at: context.now(),
      seq: run.seq + seqGapAfterCrash,
      owner_pid: null,
      owner_token: null,
      job_pid: null,
      job_token: null,
      wanted: null,
    })
  }
  for (const corpus of importingCorpora(db)) {
    if (isAlive(corpus.owner_pid, corpus.owner_token)) continue
    setCorpusEnded(db, corpus.corpus_id, 'failed', new AppError('job.killed', { signal: 'backend' }).toData())
  }
  endOpenMessages(db)
}

/** Removes for good what was deleted before the undo time: files first, so that a kill in between leaves the row. */
export async function purge(context: Context): Promise<void> {
  const { db, paths } = context
  const before = context.now() - undoMs
  for (const id of runsDeletedBefore(db, before)) {
    await rm(paths.run(id), { recursive: true, force: true })
    removeRun(db, id)
  }
  for (const id of corporaDeletedBefore(db, before)) {
    await rm(paths.corpus(id), { recursive: true, force: true })
    removeCorpus(db, id)
  }
  for (const id of conversationsDeletedBefore(db, before)) removeConversation(db, id)
}
