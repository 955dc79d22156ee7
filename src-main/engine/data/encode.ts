import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TextSplit } from '../../../src-preload/contract/records/corpora'
import type { EncodedFacts } from '../../backend/jobs/protocol'
import { readDocuments, textPath, type StoredDocument } from '../corpus/documents'
import { textChunks } from '../corpus/text-chunks'
import type { Tokenizer } from '../tokenizer/tokenizer'
import { moveLastTenth } from './last-tenth'
import { splitText, type Stretch } from './split'
import { createTokenFile, type TokenWriter } from './token-store'

interface EncodeOptions {
  readonly corpusDir: string
  /** Where `train.bin` and `val.bin` go. */
  readonly dir: string
  readonly tokenizer: Tokenizer
  readonly tokenizerHash: string
  readonly split: TextSplit
  readonly signal?: AbortSignal | undefined
  /** 0 to 1. */
  readonly onProgress?: (progress: number) => void
}

type Encoded = Omit<EncodedFacts, 'vocabSize' | 'hash'>

/** Of the time that encoding takes, finding the split. */
const splittingShare = 0.1

/**
 * Text → ids of what trains and of what validates (split.ts), each in the text's order. Where the tokenizer has an end-of-text
 * mark, it ends what there is of a document. Throws `disk.full` and the signal's reason.
 */
export async function encodeCorpus(options: EncodeOptions): Promise<Encoded> {
  const { corpusDir, dir, tokenizer, tokenizerHash, split, signal, onProgress } = options
  await mkdir(dir, { recursive: true })
  const documents = await readDocuments(corpusDir)
  const total = documents.reduce((sum, document) => sum + document.lengthBytes, 0)
  const tellRead = (from: number, to: number): ((bytes: number) => void) => {
    let read = 0
    return (bytes) => {
      read += bytes
      onProgress?.(from + ((to - from) * read) / total)
    }
  }
  const stretches =
    split === 'blocks'
      ? await splitText(corpusDir, documents, { signal, onRead: tellRead(0, splittingShare) })
      : documents.map(asOneStretch)
  const facts = { vocabSize: tokenizer.vocabSize, tokenizerHash }
  const train = await createTokenFile(join(dir, 'train.bin'), facts)
  const val = await createTokenFile(join(dir, 'val.bin'), facts)
  try {
    const onRead = tellRead(splittingShare, 1)
    const encoding = { corpusDir, tokenizer, stretches, signal, onRead }
    let valBytes = await encodeStretches(encoding, { train, val })
    if (split === 'lastTenth') valBytes = await moveLastTenth(tokenizer, { train, val }, signal)
    const trainBytes = total - valBytes
    const [trainTokens, valTokens] = [train.count, val.count]
    const tokensHash = [await val.commit(valBytes), await train.commit(trainBytes)].join(' ')
    return { split, trainTokens, valTokens, trainBytes, valBytes, tokensHash }
  } finally {
    await train.discard()
    await val.discard()
  }
}

const asOneStretch = ({ offsetBytes, lengthBytes }: StoredDocument, document: number): Stretch => ({
  ...{ document, offsetBytes, lengthBytes },
  validates: false,
})

interface Encoding {
  readonly corpusDir: string
  readonly tokenizer: Tokenizer
  readonly stretches: readonly Stretch[]
  readonly signal: AbortSignal | undefined
  readonly onRead: (bytes: number) => void
}

/** No token spans two stretches. @returns bytes of text that validate */
async function encodeStretches(
  { corpusDir, tokenizer, stretches, signal, onRead }: Encoding,
  { train, val }: { readonly train: TokenWriter; readonly val: TokenWriter },
): Promise<number> {
  let valBytes = 0
  /** That have something of the document. */
  const open = new Set<TokenWriter>()
  for (const [i, { document, offsetBytes, lengthBytes, validates }] of stretches.entries()) {
    const writer = validates ? val : train
    const stream = tokenizer.encodeStream()
    for await (const { text, bytes } of textChunks(textPath(corpusDir), 'utf-8', {
      offsetBytes,
      lengthBytes,
      signal,
    })) {
      await writer.write(stream.push(text))
      onRead(bytes)
    }
    await writer.write(stream.end())
    if (validates) valBytes += lengthBytes
    open.add(writer)
    if (stretches[i + 1]?.document === document) continue
    for (const ended of open) if (tokenizer.endOfText !== null) await ended.write([tokenizer.endOfText])
    open.clear()
  }
  return valBytes
}
