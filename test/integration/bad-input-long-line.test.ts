import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { childrenOf, openWorld, removeFolder, temporaryProfile, type World } from './bad-input-fixture'
import { smallConfig } from './job-fixture'

const mebibyte = 1024 * 1024
const wholeGigabyte = process.env['HOMEGROWN_TEST_GIGABYTE'] === '1'
const sizeBytes = (wholeGigabyte ? 1024 : 300) * mebibyte
if (!wholeGigabyte) {
  process.stderr.write('One line of 300 MiB: 1 GiB takes minutes, HOMEGROWN_TEST_GIGABYTE=1 does that.\n')
}
/** Of one process, whatever the size of the text. Measured: 977 MB; 1,522 MB when the cap counted characters. */
const memoryLimitBytes = 1.5e9

let folder = ''
let world: World
beforeAll(() => {
  folder = temporaryProfile()
  world = openWorld(join(folder, 'profile'))
})
afterAll(async () => {
  await world.close()
  removeFolder(folder)
})

/**
 * One line without a break, mebibyte by mebibyte: words as they are in texts; letters and Chinese characters that never
 * repeat and never end a word, which no table of words can hold; and one letter alone.
 */
function writeLongLine(path: string): void {
  const words = readFileSync(resolve('resources/sample/en.txt'), 'utf8').replace(/\s+/g, ' ')
  const english = words.repeat(Math.ceil(mebibyte / words.length)).slice(0, mebibyte)
  const kinds = [
    () => english,
    () => randomBytes((mebibyte * 3) / 4).toString('base64'),
    () => english,
    () => Array.from(randomBytes(mebibyte / 3), (byte) => String.fromCharCode(0x4e00 + byte * 7)).join(''),
    () => english,
    () => 'a'.repeat(mebibyte),
  ]
  const file = openSync(path, 'w')
  for (let bytes = 0, i = 0; bytes < sizeBytes; i++) bytes += writeSync(file, kinds[i % kinds.length]?.() ?? '')
  closeSync(file)
}

/** The most memory that any job has had, in bytes, read from /proc while they run. */
function watchMemory(): { peakBytes: number; stop: () => void } {
  const watched = {
    peakBytes: 0,
    stop: () => {
      clearInterval(timer)
    },
  }
  const timer = setInterval(() => {
    for (const pid of childrenOf(process.pid)) {
      try {
        const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        watched.peakBytes = Math.max(watched.peakBytes, Number(kilobytes ?? 0) * 1024)
      } catch {
        // It has just ended.
      }
    }
  }, 50)
  return watched
}

it(
  'a file that is one endless line is learned from in bounded memory',
  async () => {
    const path = join(folder, 'line.txt')
    writeLongLine(path)
    const memory = watchMemory()
    const corpus = await world.importPath(path)
    expect(corpus).toMatchObject({ state: 'ready', error: null, counts: { lines: 1 } })
    expect(corpus.counts?.bytes).toBeGreaterThanOrEqual(sizeBytes)
    // 64 MiB are read to learn the vocabulary, and of them a sample.
    expect(corpus.counts?.countedShare).toBeLessThan((64 * mebibyte) / sizeBytes)
    expect(corpus.counts?.countedShare).toBeGreaterThan(0.02)
    const { text } = await world.request('corpora.preview', {
      corpusId: corpus.corpusId,
      offsetBytes: 100 * mebibyte + 1,
      characters: 50,
    })
    expect(Array.from(text)).toHaveLength(50)

    // The vocabulary that the import learned: another one would read all of the text again.
    const small = smallConfig({ engine: 'wasm', tokenizer: 'bpe', vocabSize: 16_384, maxSteps: 2, warmupSteps: 0 })
    const { runId } = await world.request('runs.start', { corpusId: corpus.corpusId, config: small })
    expect(await world.reached(runId, 'done', 'failed')).toMatchObject({ state: 'done', error: null })
    memory.stop()
    process.stderr.write(`One line of ${sizeBytes / mebibyte} MiB: ${Math.round(memory.peakBytes / 1e6)} MB at most.\n`)
    expect(memory.peakBytes).toBeGreaterThan(50e6)
    expect(memory.peakBytes).toBeLessThan(memoryLimitBytes)
  },
  wholeGigabyte ? 1_800_000 : 600_000,
)
