import { rm } from 'node:fs/promises'
import { AppError } from '../../../src-preload/contract/errors'
import { activeStates } from '../../../src-preload/contract/run-state'
import { transaction } from '../db/connection'
import { importingCorpora, setCorpusEnded } from '../db/corpora'
import { ownedRuns, unowned, type OwnedRun } from '../db/runs'
import { isAlive, isSurelyAlive } from '../jobs/process-identity'
import { reconcileCheckpoints } from './checkpoint-files'
import type { Context } from './context'
import { seqGapAfterCrash, type RunRecorder } from './run-recorder'

/**
 * What dead processes left behind: a backend, or a command line beside this one. A run whose owner still lives is left
 * alone. Folders that no row names are left alone too: after a lost database they are all that is left of somebody's work.
 */
export function recoverLost(context: Context, recorder: RunRecorder): void {
  const { db, paths } = context
  const isLost = (owned: { owner_pid: number | null; owner_token: string | null }): boolean =>
    !isAlive(owned.owner_pid, owned.owner_token)
  const runs = () => ownedRuns(db, activeStates).filter(isLost)
  const corpora = () => importingCorpora(db).filter(isLost)
  if (runs().length + corpora().length === 0) return
  // Asked again under the lock: another process may have taken one of them up meanwhile.
  transaction(db, () => {
    for (const run of runs()) {
      killLost(run)
      reconcileCheckpoints(context, run.run_id)
      recorder.change(run.run_id, {
        state: 'interrupted',
        ended_at: context.now(),
        seq: run.seq + seqGapAfterCrash,
        ...unowned,
      })
    }
    for (const { corpus_id: corpusId } of corpora()) {
      setCorpusEnded(db, corpusId, 'failed', new AppError('job.killed', { signal: 'backend' }).toData())
      rm(paths.corpus(corpusId), { recursive: true, force: true }).catch((problem: unknown) => {
        context.log(AppError.from(problem))
      })
      context.emit({ topic: 'changed', what: 'corpora' })
    }
  })
}

/**
 * A job ends with its channel; one that did not get that far would write into the same folder as the resumed run. Where
 * the system does not tell when a process started, its number may be another one's by now.
 */
function killLost({ job_pid: pid, job_token: token }: OwnedRun): void {
  if (pid === null || !isSurelyAlive(pid, token)) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone meanwhile, or somebody else's.
  }
}
