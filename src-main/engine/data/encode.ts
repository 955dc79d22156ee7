import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TokenizedFacts } from '../../backend/jobs/protocol'
import { trainShare } from '../../plan/facts'
import { readDocuments, textPath } from '../corpus/documents'
import { textChunks } from '../corpus/text-chunks'
import type { Tokenizer } from '../tokenizer/tokenizer'
import { createTokenFile } from './token-store'

interface EncodeOptions {
  readonly corpusDir: string
  /** Where `train.bin` and `val.bin` go. */
  readonly dir: string
  readonly tokenizer: Tokenizer
  readonly tokenizerHash: string
  readonly signal?: AbortSignal | undefined
  /** 0 to 1. */
  readonly onProgress?: (progress: number) => void
}

type Encoded = Pick<TokenizedFacts, 'trainTokens' | 'valTokens' | 'trainBytes' | 'valBytes' | 'tokensHash'>

/**
 * Text → ids: the first 90 % train, the rest validates, in order, so that no sentence is in both. Each document ends
 * with the end-of-text mark where the tokenizer has one. Throws `disk.full` and the signal's reason.
 */
export async function encodeCorpus(options: EncodeOptions): Promise<Encoded> {
  const { corpusDir, dir, tokenizer, tokenizerHash, signal, onProgress } = options
  await mkdir(dir, { recursive: true })
  const documents = await readDocuments(corpusDir)
  const total = documents.reduce((sum, document) => sum + document.lengthBytes, 0)
  const facts = { vocabSize: tokenizer.vocabSize, tokenizerHash }
  const train = await createTokenFile(join(dir, 'train.bin'), facts)
  const val = await createTokenFile(join(dir, 'val.bin'), facts)
  try {
    let read = 0
    for (const document of documents) {
      const stream = tokenizer.encodeStream()
      for await (const { text, bytes } of textChunks(textPath(corpusDir), 'utf-8', { ...document, signal })) {
        await train.write(stream.push(text))
        read += bytes
        onProgress?.(read / total)
      }
      await train.write(stream.end())
      if (tokenizer.endOfText !== null) await train.write([tokenizer.endOfText])
    }
    // Where the last tenth begins is known only now: it moves from the end of one file to the other.
    const trainTokens = Math.floor(train.count * trainShare)
    const valTokens = train.count - trainTokens
    let valBytes = 0
    for await (const ids of train.from(trainTokens)) {
      signal?.throwIfAborted()
      for (const id of ids) valBytes += tokenizer.bytesOf(id).length
      await val.write(ids)
    }
    await train.truncate(trainTokens)
    const trainBytes = total - valBytes
    const tokensHash = [await val.commit(valBytes), await train.commit(trainBytes)].join(' ')
    return { trainTokens, valTokens, trainBytes, valBytes, tokensHash }
  } finally {
    await train.discard()
    await val.discard()
  }
}
