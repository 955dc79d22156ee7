import { corpusLimits } from '../../src-preload/contract/limits'
import type { UnsentFile } from '../../src-preload/contract/records/corpora'
import { isSystemFile } from '../../src-preload/contract/system-files'

/** A file and what to call it: its path from the folder that was dropped, or its own name. */
export interface NamedFile {
  readonly kind: 'file'
  readonly file: File
  readonly name: string
}

/** What a person brought: a file to read, or one that is left out and why. */
export type BroughtFile = NamedFile | UnsentFile

const named = (file: File, name = file.name): NamedFile => ({ kind: 'file', file, name })
export const allNamed = (files: Iterable<File>): NamedFile[] => [...files].map((file) => named(file))

/**
 * What was dropped, folders opened (a browser gives no path of theirs). The entries must be asked for before the event is
 * over: call this in its listener.
 */
export async function openDropped(items: DataTransferItemList): Promise<BroughtFile[]> {
  const tops = [...items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  const brought: BroughtFile[] = []
  for (const { entry, file } of tops) {
    if (entry !== null && isFolder(entry)) brought.push(...(await entriesUnder(entry)))
    else if (file !== null) brought.push(named(file))
    else if (entry !== null) brought.push(unsent(entry, 'corpus.unreadable'))
  }
  return brought
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const nameOf = ({ fullPath }: FileSystemEntry): string => fullPath.slice(1)
const unsent = (entry: FileSystemEntry, problem: UnsentFile['problem']): UnsentFile => ({
  kind: 'unsent',
  name: nameOf(entry),
  problem,
})

/** Everything in a folder, in the order of the names, as the backend walks one that it has a path of (import-sources.ts). */
async function entriesUnder(root: FileSystemDirectoryEntry): Promise<BroughtFile[]> {
  const found: BroughtFile[] = []
  const folders = [root]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const inside = await entriesOf(folder)
    if (inside === null) found.push(unsent(folder, 'corpus.unreadable'))
    for (const entry of inside ?? []) {
      if (isSystemFile(entry.name)) found.push(unsent(entry, 'corpus.hidden'))
      else if (isFolder(entry)) folders.push(entry)
      else if (isFile(entry)) found.push(await opened(entry))
    }
    // More is refused: nobody needs to wait for a whole disk to be walked.
    if (found.length > corpusLimits.maxFiles) break
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A hundred at a time, until there are none. null: the folder may not be read. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[] | null> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[] | null>((resolve) => {
      reader.readEntries(resolve, () => {
        resolve(null)
      })
    })
    if (some === null || some.length === 0) return some && all
    all.push(...some)
  }
}

const opened = (entry: FileSystemFileEntry): Promise<BroughtFile> =>
  new Promise((resolve) => {
    entry.file(
      (file) => {
        resolve(named(file, nameOf(entry)))
      },
      () => {
        resolve(unsent(entry, 'corpus.unreadable'))
      },
    )
  })
