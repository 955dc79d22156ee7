import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { importTexts } from '../../src-main/engine/corpus/import'
import { learnTokenizer, maxPieceBytes } from '../../src-main/engine/tokenizer/learn'
import { chineseText } from './chinese-text'
import { peakBytes, required } from './program'

/**
 * A BPE vocabulary of 65,536 pieces from 20 MB of Chinese in which hardly a sentence comes twice, beside HF's trainer: are the
 * merges the same, how long does it take, how much memory. Run by resources/dev/bench.mjs.
 */
const sizeBytes = 20_000_000

interface Trained {
  readonly seconds: number
  readonly peakBytes: number
}

const figures = ({ seconds, peakBytes }: Trained): string =>
  `${seconds.toFixed(1)} s, ${(peakBytes / 1e6).toFixed()} MB`
const mergesIn = (path: string): [string, string][] =>
  (JSON.parse(readFileSync(path, 'utf8')) as { model: { merges: [string, string][] } }).model.merges

async function ours(folder: string, texts: readonly string[]): Promise<Trained> {
  const sources = texts.map((text, i) => {
    const path = join(folder, `${i}.txt`)
    writeFileSync(path, text)
    return { path, name: `${i}.txt` }
  })
  await importTexts({ sources, corpusDir: folder })
  const began = performance.now()
  const { json, countedShare } = await learnTokenizer({ corpusDir: folder, kind: 'bpe', vocabSize: 65_536 })
  const seconds = (performance.now() - began) / 1000
  if (countedShare < 1) throw new Error(`only ${countedShare} of the text was counted`)
  writeFileSync(join(folder, 'tokenizer.json'), json)
  return { seconds, peakBytes: peakBytes() }
}

function theirs(folder: string): Trained {
  const script = join(required('HOMEGROWN_BENCH_ROOT'), 'test/bench/vocabulary_hf.py')
  const paths = ['texts.json', 'tokenizer.json', 'theirs.json'].map((name) => join(folder, name))
  const [texts = '', tokenizer = '', out = ''] = paths
  const args = [script, texts, tokenizer, String(maxPieceBytes + 1), out]
  return JSON.parse(execFileSync(required('HOMEGROWN_BENCH_PYTHON'), args, { encoding: 'utf8' })) as Trained
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'homegrown-bench-'))
  try {
    console.log(`${cpus()[0]?.model ?? ''}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1) ?? ''}`)
    const texts = [...chineseText(sizeBytes, 1)]
    writeFileSync(join(folder, 'texts.json'), JSON.stringify(texts))
    console.log(`ours: ${figures(await ours(folder, texts))}`)
    console.log(`HF: ${figures(theirs(folder))}`)
    const [merges, others] = [mergesIn(join(folder, 'tokenizer.json')), mergesIn(join(folder, 'theirs.json'))]
    const different = merges.findIndex((merge, i) => merge.join() !== others[i]?.join())
    const isSame = different < 0 && merges.length === others.length
    console.log(isSame ? `the same ${merges.length} merges` : `merge ${different} of ${merges.length} differs`)
    if (!isSame) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

void main()
