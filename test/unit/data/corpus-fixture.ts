import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TextSplit } from '../../../src-preload/contract/records/corpora'
import { importTexts } from '../../../src-main/engine/corpus/import'
import { encodeCorpus } from '../../../src-main/engine/data/encode'
import { learnTokenizer } from '../../../src-main/engine/tokenizer/learn'
import { loadTokenizer } from '../../../src-main/engine/tokenizer/tokenizer'

/** Imports texts, learns a tokenizer and encodes them, in a folder of its own that the caller removes. */
export async function tokenized(
  texts: readonly string[],
  kind: 'bpe' | 'char',
  vocabSize = 400,
  split: TextSplit = 'blocks',
) {
  const root = await mkdtemp(join(tmpdir(), 'homegrown-data-'))
  const corpusDir = join(root, 'corpus')
  const dir = join(root, 'tokens')
  await mkdir(corpusDir)
  await mkdir(dir)
  const sources = []
  for (const [i, text] of texts.entries()) {
    const path = join(root, `${i}.txt`)
    await writeFile(path, text)
    sources.push({ path, name: `${i}.txt` })
  }
  const { counts } = await importTexts({ sources, corpusDir })
  if (counts === null) throw new Error('no text')
  const { json, maxVocabSize, countedShare } = await learnTokenizer({ corpusDir, kind, vocabSize })
  await writeFile(join(dir, 'tokenizer.json'), json)
  const { tokenizer, hash } = await loadTokenizer(join(dir, 'tokenizer.json'))
  const facts = await encodeCorpus({ corpusDir, dir, tokenizer, tokenizerHash: hash, split })
  return { root, dir, tokenizer, hash, counts, maxVocabSize, countedShare, facts }
}
