import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { storeCheckpoint } from '../../../src-main/backend/db/checkpoints'
import { closeDatabase, openDatabase, type Db } from '../../../src-main/backend/db/connection'
import { notesOf, removeRun, runChangesSince, runsWithNotes, updateRun } from '../../../src-main/backend/db/runs'
import { temporaryFolder } from '../temporary'
import { addRun } from './rows'

const [one, two, three] = ['run_00000001', 'run_00000002', 'run_00000003'] as const

function opened(): Db {
  const db = openDatabase(join(temporaryFolder(), 'a.db'))
  onTestFinished(() => {
    closeDatabase(db)
  })
  for (const runId of [one, two]) addRun(db, runId)
  return db
}
const idsOf = ({ runs, removed }: ReturnType<typeof runChangesSince>) => ({
  runs: runs.map(({ runId }) => runId).sort(),
  removed,
})

it('sends only what changed since: steps, checkpoints, new ones, deleted ones', () => {
  const db = opened()
  const first = runChangesSince(db, 0)
  expect(idsOf(first)).toEqual({ runs: [one, two], removed: null })
  expect(idsOf(runChangesSince(db, first.revision))).toEqual({ runs: [], removed: [] })

  updateRun(db, one, { step: 5 })
  addRun(db, three)
  const second = runChangesSince(db, first.revision)
  expect(idsOf(second)).toEqual({ runs: [one, three], removed: [] })
  storeCheckpoint(db, two, { kind: 'last', step: 5, valLossNats: null, savedAt: 1, sizeBytes: 1 })
  const third = runChangesSince(db, second.revision)
  expect(third.runs).toMatchObject([{ runId: two, checkpoints: [{ step: 5 }] }])
  updateRun(db, two, { deleted_at: 9 })
  expect(idsOf(runChangesSince(db, third.revision))).toEqual({ runs: [], removed: [two] })
  updateRun(db, two, { deleted_at: null })
  expect(idsOf(runChangesSince(db, third.revision))).toEqual({ runs: [two], removed: [] })
})

it('sends everything where rows are gone, or to whoever has seen another database', () => {
  const db = opened()
  const { revision } = runChangesSince(db, 0)
  updateRun(db, one, { deleted_at: 9 })
  const deleted = runChangesSince(db, revision)
  removeRun(db, one)
  // Has not seen that it was deleted, and no row says so any more.
  expect(idsOf(runChangesSince(db, revision))).toEqual({ runs: [two], removed: null })
  expect(idsOf(runChangesSince(db, deleted.revision))).toEqual({ runs: [], removed: [] })
  expect(idsOf(runChangesSince(db, 1_000_000))).toEqual({ runs: [two], removed: null })
})

it('holds neither notes nor settings, says that there are notes, and lets them be searched', () => {
  const db = opened()
  updateRun(db, one, { notes: 'A larger window' })
  const { runs } = runChangesSince(db, 0)
  expect(Object.fromEntries(runs.map(({ runId, hasNotes }) => [runId, hasNotes]))).toEqual({
    [one]: true,
    [two]: false,
  })
  expect(Object.keys(runs[0] ?? {})).not.toContain('notes')
  expect(notesOf(db, one)).toBe('A larger window')
  expect(runsWithNotes(db)).toEqual([{ runId: one, text: `${one}\ntext\nA larger window` }])
})
