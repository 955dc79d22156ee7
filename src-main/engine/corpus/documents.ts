import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../../src-preload/contract/errors'
import { corpusDocument } from '../../../src-preload/contract/records/corpora'
import { writeFileAtomic } from '../files'

/** What an import leaves in its folder: `text.txt` and, about it, `documents.json`. */
export const textPath = (corpusDir: string): string => join(corpusDir, 'text.txt')
const documentsPath = (corpusDir: string): string => join(corpusDir, 'documents.json')

/** The bytes of a document as they came, where its encoding was guessed: uploads are gone, and files move. */
export const originalPath = (corpusDir: string, document: number): string =>
  join(corpusDir, 'originals', String(document))

/** One file that was read, or left out and why. Offset and length place its text in `text.txt`. */
const storedDocument = corpusDocument.extend({
  offsetBytes: z.number().int().nonnegative(),
  lengthBytes: z.number().int().nonnegative(),
})
export type StoredDocument = z.infer<typeof storedDocument>

export async function writeDocuments(corpusDir: string, documents: readonly StoredDocument[]): Promise<void> {
  await writeFileAtomic(documentsPath(corpusDir), JSON.stringify(documents, null, 1))
}

/** @returns the documents that have text, in order. Throws `corpus.notReady` where the import is not complete. */
export async function readDocuments(corpusDir: string): Promise<StoredDocument[]> {
  return (await readAllDocuments(corpusDir)).filter((document) => document.problem === null)
}

/** Also what was left out. Throws `corpus.notReady`. */
export async function readAllDocuments(corpusDir: string): Promise<StoredDocument[]> {
  try {
    return z.array(storedDocument).parse(JSON.parse(await readFile(documentsPath(corpusDir), 'utf8')))
  } catch (error) {
    throw new AppError('corpus.notReady', {}, error)
  }
}
