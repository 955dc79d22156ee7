import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { corporaForRun, findCorpus } from '../db/corpora'
import { runFacts } from '../db/runs'
import type { Context } from './context'
import { openingsIn } from './openings'

const count = 3
/** Enough for a few hundred sentences, from all over a text of any length. */
const parts = 8
const partBytes = 16_384

/**
 * Beginnings to write on from, out of the text that the run learned from: always the same for a run. Where its text is not
 * here, or has no sentences, the prompt of its samples.
 */
export async function startersOf(context: Context, { runId }: RunRecord): Promise<string[]> {
  const text = corporaForRun(context.db, runId).find(
    ({ corpusId, likeness }) => likeness !== 'sameName' && findCorpus(context.db, corpusId) !== null,
  )
  const found = text === undefined ? [] : await startersIn(context, text.corpusId, runId)
  if (found.length > 0) return found
  const prompt = runFacts(context.db, runId)?.config.samplePrompt ?? ''
  return prompt.trim() === '' ? [] : [prompt]
}

async function startersIn(context: Context, corpusId: string, runId: string): Promise<string[]> {
  try {
    const openings = openingsIn(await partsOf(join(context.paths.corpus(corpusId), 'text.txt'), runId))
    const shuffled = openings
      .map((opening) => ({ opening, rank: numberOf(`${runId} ${opening}`) }))
      .sort((one, other) => one.rank - other.rank)
      .map(({ opening }) => opening)
    // Not three that begin alike.
    const unlike = shuffled.filter(
      (one, i) => !shuffled.slice(0, i).some((other) => beginning(other) === beginning(one)),
    )
    return unlike.slice(0, count)
  } catch (thrown) {
    // A help, not worth a message.
    context.log(AppError.from(thrown))
    return []
  }
}

const beginning = (opening: string): string =>
  opening
    .split(' ')[0]
    ?.slice(0, 8)
    .replace(/(?<=\p{Script=Han}).*/u, '') ?? ''

async function partsOf(file: string, runId: string): Promise<string[]> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const isWhole = size <= parts * partBytes
    const starts = isWhole
      ? [0]
      : Array.from({ length: parts }, (_, i) => numberOf(`${runId} ${i}`) % (size - partBytes)).sort((a, b) => a - b)
    const found: string[] = []
    for (const start of starts) {
      const buffer = Buffer.alloc(isWhole ? size : partBytes)
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, start)
      const text = buffer.toString('utf8', 0, bytesRead)
      // The first line of a part began before it, and its last one may not be whole.
      found.push(isWhole ? text : text.slice(text.indexOf('\n') + 1, text.lastIndexOf('\n') + 1))
    }
    return found
  } finally {
    await handle.close()
  }
}

/** 32 bits that look random and are always the same. */
const numberOf = (name: string): number => createHash('sha256').update(name).digest().readUInt32LE()
