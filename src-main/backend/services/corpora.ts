import { existsSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import type { CorpusEvent } from '../../../src-preload/contract/events'
import { corpusLimits } from '../../../src-preload/contract/limits'
import type { Input, Output } from '../../../src-preload/contract/methods'
import type { CorpusRecord, EncodingCandidate, ImportedCorpus } from '../../../src-preload/contract/records/corpora'
import {
  corporaOfSize,
  corpusDocuments,
  corpusSource,
  dismissCorpus,
  findCorpus,
  insertCorpus,
  listCorpora,
  removeCorpus,
  renameCorpus,
  setCorpusDeleted,
  setCorpusSource,
  type StoredCorpus,
} from '../db/corpora'
import type { ImportSource } from '../jobs/protocol'
import type { Context } from './context'
import { importText, type ImportRequest, type ReadTask } from './import'
import { contentHash, filesUnder, nameOf, sizeOf } from './import-sources'
import { newId } from './ids'
import { labelOf, type UploadService } from './uploads'

export type CorpusService = ReturnType<typeof createCorpora>
type SourceInput = Input<'corpora.import'>['sources'][number]

export function createCorpora(context: Context, uploads: UploadService) {
  const { db } = context
  const importing = new Map<string, { cancel: AbortController; hash: Promise<string | null>; ended: Promise<void> }>()
  // Events of a text only matter while it is being imported: numbering starts anew with each backend.
  let seq = context.now()

  const tell = (event: DistributiveOmit<CorpusEvent, 'topic' | 'seq'>): void => {
    context.emit({ topic: 'corpus', seq: ++seq, ...event })
  }

  const tellState = (corpusId: string): void => {
    const corpus = findCorpus(db, corpusId)
    if (corpus !== null) tell({ kind: 'state', corpusId, corpus })
  }

  const mustFind = (corpusId: string): CorpusRecord => {
    const corpus = findCorpus(db, corpusId)
    if (corpus === null) throw new AppError('corpus.notFound', { corpusId })
    return corpus
  }

  const resolveSource = async (source: SourceInput): Promise<ImportSource[]> => {
    switch (source.kind) {
      case 'path':
        return await filesUnder(source.path)
      case 'upload':
        return [uploads.sourceOf(source.uploadId)]
      case 'unsent': {
        const name = labelOf(source.name)
        return [{ path: '', name, problem: { code: source.problem, params: { file: name, name } } }]
      }
      case 'sample': {
        const name = `${source.language}.txt`
        return [{ path: join(context.resourcesDir, 'sample', name), name }]
      }
    }
  }

  interface Import {
    readonly name: string
    readonly createdAt: number
    readonly sourceBytes: number | null
    readonly taskFor: (corpusDir: string) => ReadTask
    /** Taken beside the reading; null where a file cannot be read, which is the import's problem. */
    readonly hashOf: (signal: AbortSignal) => Promise<string | null>
    /** When the text is ready. */
    readonly onReady?: () => void
    readonly uploadIds?: readonly string[]
  }

  const begin = async ({ name, createdAt, sourceBytes, uploadIds = [], ...how }: Import): Promise<CorpusRecord> => {
    const corpusId = newId('c')
    for (const uploadId of uploadIds) uploads.hold(uploadId)
    const corpusDir = context.paths.corpus(corpusId)
    await mkdir(corpusDir, { recursive: true })
    insertCorpus(db, { corpusId, name, createdAt, sourceBytes, owner: context.self })
    const cancel = new AbortController()
    const hash = how.hashOf(cancel.signal)
    const task = how.taskFor(corpusDir)
    const onProgress: ImportRequest['onProgress'] = (stage, progress, file) => {
      tell({ kind: 'progress', corpusId, stage, progress, file })
    }
    const ended = importText(context, { corpusId, task, onProgress, signal: cancel.signal }).then(async () => {
      // An upload that cannot be removed is swept later; the text is no less ready for it.
      const swept = (error: unknown): void => {
        context.log(AppError.from(error))
      }
      const sourceHash = await hash
      if (sourceHash !== null) setCorpusSource(db, corpusId, sourceHash)
      for (const uploadId of uploadIds) await uploads.remove(uploadId).catch(swept)
      importing.delete(corpusId)
      if (findCorpus(db, corpusId)?.state === 'ready') how.onReady?.()
      tellState(corpusId)
    })
    importing.set(corpusId, { cancel, hash, ended })
    tellState(corpusId)
    return mustFind(corpusId)
  }

  /** The text that these files already are here: rather one that is not deleted, rather the newest. */
  const twinOf = async (sources: readonly ImportSource[], sourceBytes: number): Promise<StoredCorpus | null> => {
    const candidates = corporaOfSize(db, sourceBytes)
    // Hashing takes seconds a gigabyte: only where there is something to compare with.
    if (candidates.length === 0) return null
    const hash = await contentHash(sources).catch(() => null)
    if (hash === null) return null
    const twins: StoredCorpus[] = []
    for (const one of candidates) {
      const { corpusId, state } = one.corpus
      const of = state === 'ready' ? one.sourceHash : ((await importing.get(corpusId)?.hash) ?? null)
      if (of === hash) twins.push(one)
    }
    return twins.find(({ isDeleted }) => !isDeleted) ?? twins[0] ?? null
  }

  /** A text with the same content is answered instead, unless asked for again; uploads wait for that until swept. */
  const importSources = async (input: Input<'corpora.import'>): Promise<ImportedCorpus> => {
    const { name, sources, again = false } = input
    const files = (await Promise.all(sources.map(resolveSource))).flat()
    const [first] = files
    if (first === undefined) throw new AppError('corpus.noText')
    if (files.length > corpusLimits.maxFiles) throw new AppError('corpus.tooLarge', { name: first.name })
    const paths = sources.flatMap((source) => (source.kind === 'path' ? [source.path] : []))
    const chosen = name ?? nameOf(paths.length === sources.length ? paths : [], files)
    const sourceBytes = await sizeOf(files)
    const twin = again ? null : await twinOf(files, sourceBytes)
    if (twin !== null) return { ...twin.corpus, found: twin.isDeleted ? 'trash' : 'here' }
    const uploadIds = sources.flatMap((source) => (source.kind === 'upload' ? [source.uploadId] : []))
    const corpus = await begin({
      name: chosen,
      createdAt: context.now(),
      sourceBytes,
      taskFor: (corpusDir) => ({ kind: 'import', sources: files, corpusDir }),
      hashOf: (signal) => contentHash(files, signal).catch(() => null),
      uploadIds,
    })
    return { ...corpus, found: 'new' }
  }

  /** The text that this content already is here, also out of the trash, or an import of it. For the command line. */
  const importFile = async (path: string): Promise<CorpusRecord> => {
    const { found, ...corpus } = await importSources({ sources: [{ kind: 'path', path }] })
    return found === 'trash' ? restore(corpus.corpusId) : corpus
  }

  const cancel = async (corpusId: string): Promise<void> => {
    mustFind(corpusId)
    const entry = importing.get(corpusId)
    entry?.cancel.abort()
    await entry?.ended
  }

  const preview = async (input: Input<'corpora.preview'>): Promise<Output<'corpora.preview'>> => {
    const corpus = mustFind(input.corpusId)
    const file = join(context.paths.corpus(input.corpusId), 'text.txt')
    if (corpus.state !== 'ready') throw new AppError('corpus.notReady', { name: corpus.name })
    if (!existsSync(file)) throw new AppError('corpus.unreadable', { name: corpus.name })
    const handle = await open(file)
    try {
      const totalBytes = (await handle.stat()).size
      const offset = Math.min(input.offsetBytes, totalBytes)
      // Up to 4 bytes a character, and up to 3 of a character that began before the offset.
      const buffer = Buffer.alloc(Math.min(totalBytes - offset, input.characters * 4 + 3))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset)
      const { text, start, end } = wholeCharacters(buffer.subarray(0, bytesRead), input.characters)
      const atEnd = offset + end >= totalBytes
      return { text, nextOffsetBytes: atEnd ? totalBytes : offset + Math.max(end, start), totalBytes }
    } finally {
      await handle.close()
    }
  }

  const encodings = async (corpusId: string, document: number): Promise<EncodingCandidate[]> => {
    mustFind(corpusId)
    const task = { kind: 'encodings', corpusDir: context.paths.corpus(corpusId), document } as const
    return [...(await context.jobs.ask(task, 'encodings')).candidates]
  }

  /** Runs keep what they were trained on, so the new text is one of its own, in the old one's place. */
  const reread = async ({ corpusId, document, encoding }: Input<'corpora.reread'>): Promise<CorpusRecord> => {
    const { name, createdAt, state } = mustFind(corpusId)
    if (state !== 'ready') throw new AppError('corpus.notReady', { name })
    const { sourceHash, sourceBytes } = corpusSource(db, corpusId)
    return await begin({
      name,
      createdAt,
      sourceBytes,
      taskFor: (corpusDir) => ({
        kind: 'reread',
        fromDir: context.paths.corpus(corpusId),
        corpusDir,
        document,
        encoding,
      }),
      hashOf: () => Promise.resolve(sourceHash),
      onReady: () => {
        setCorpusDeleted(db, corpusId, context.now())
        context.emit({ topic: 'changed', what: 'corpora' })
      },
    })
  }

  const dismiss = (corpusId: string): CorpusRecord => {
    mustFind(corpusId)
    dismissCorpus(db, corpusId)
    tellState(corpusId)
    return mustFind(corpusId)
  }

  const rename = (corpusId: string, name: string): CorpusRecord => {
    mustFind(corpusId)
    renameCorpus(db, corpusId, name)
    tellState(corpusId)
    return mustFind(corpusId)
  }

  const remove = async (corpusId: string): Promise<void> => {
    await cancel(corpusId)
    const { state } = mustFind(corpusId)
    // What was not imported has no files: there is nothing to restore.
    if (state === 'failed' || state === 'cancelled') removeCorpus(db, corpusId)
    else setCorpusDeleted(db, corpusId, context.now())
    context.emit({ topic: 'changed', what: 'corpora' })
  }

  const restore = (corpusId: string): CorpusRecord => {
    if (findCorpus(db, corpusId, true) === null) return mustFind(corpusId)
    setCorpusDeleted(db, corpusId, null)
    context.emit({ topic: 'changed', what: 'corpora' })
    return mustFind(corpusId)
  }

  /** Resolves when this text is no longer being imported here. */
  const settled = async (corpusId: string): Promise<CorpusRecord> => {
    await importing.get(corpusId)?.ended
    return mustFind(corpusId)
  }

  const close = async (): Promise<void> => {
    const all = [...importing.values()]
    for (const { cancel: controller } of all) controller.abort()
    await Promise.all(all.map(({ ended }) => ended))
  }

  const documents = (corpusId: string) => {
    mustFind(corpusId)
    return corpusDocuments(db, corpusId)
  }

  return {
    list: () => listCorpora(db),
    import: importSources,
    importFile,
    settled,
    cancel,
    documents,
    preview,
    encodings,
    reread,
    dismiss,
    rename,
    delete: remove,
    restore,
    close,
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** The whole characters at the start of UTF-8 bytes that may begin and end within one; offsets in bytes. */
export function wholeCharacters(bytes: Buffer, characters: number): { text: string; start: number; end: number } {
  let start = 0
  while (start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++
  let end = start
  for (let n = 0; n < characters && end < bytes.length; n++) {
    const lead = bytes[end] ?? 0
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    if (end + length > bytes.length) break
    end += length
  }
  return { text: bytes.toString('utf8', start, end), start, end }
}
