import { corpusLimits } from '../../src-preload/contract/limits'
import { isSystemFile } from '../../src-preload/contract/system-files'

/** A file and what to call it: its path from the folder that was dropped, or its own name. */
export interface NamedFile {
  readonly file: File
  readonly name: string
}

export const named = (files: readonly File[]): NamedFile[] => files.map((file) => ({ file, name: file.name }))

/**
 * What was dropped, folders opened (a browser gives no path of theirs). The entries must be asked for before the event is
 * over: call this in its listener.
 */
export async function openDropped(items: DataTransferItemList): Promise<NamedFile[]> {
  const tops = [...items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  const files: NamedFile[] = []
  for (const { entry, file } of tops) {
    if (entry !== null && isFolder(entry)) await collect(entry, files)
    else if (file !== null) files.push({ file, name: file.name })
  }
  return files
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile

async function collect(root: FileSystemDirectoryEntry, files: NamedFile[]): Promise<void> {
  const found: FileSystemFileEntry[] = []
  const folders = [root]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await entriesOf(folder)) {
      if (isSystemFile(entry.name)) continue
      if (isFolder(entry)) folders.push(entry)
      else if (isFile(entry)) found.push(entry)
    }
    // More is refused: nobody needs to wait for a whole disk to be walked.
    if (found.length > corpusLimits.maxFiles) break
  }
  found.sort((a, b) => (a.fullPath < b.fullPath ? -1 : 1))
  for (const entry of found) {
    const file = await fileOf(entry)
    if (file !== null) files.push({ file, name: entry.fullPath.slice(1) })
  }
}

/** A hundred at a time, until there are none. A folder that may not be read has no texts for us. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => {
      reader.readEntries(resolve, () => {
        resolve([])
      })
    })
    if (some.length === 0) return all
    all.push(...some)
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File | null> =>
  new Promise((resolve) => {
    entry.file(resolve, () => {
      resolve(null)
    })
  })
