// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { openDropped } from '../../../src-renderer/composables/droppedFiles'

type Inside = Record<string, File | 'locked' | Folder>
class Folder {
  readonly inside: Inside | 'locked'
  constructor(inside: Inside | 'locked') {
    this.inside = inside
  }
}

/** A browser's view of a folder: what may not be read fails as it does there, also where tests run as root. */
function entryOf(fullPath: string, what: Inside[string]): FileSystemEntry {
  const name = fullPath.slice(fullPath.lastIndexOf('/') + 1)
  const refuse = (_: unknown, failed: (error: DOMException) => void): void => {
    failed(new DOMException('', 'NotReadableError'))
  }
  if (!(what instanceof Folder)) {
    const file =
      what === 'locked'
        ? refuse
        : (found: (file: File) => void) => {
            found(what)
          }
    return { name, fullPath, isFile: true, isDirectory: false, file } as unknown as FileSystemEntry
  }
  const { inside } = what
  const createReader = () => {
    const all =
      inside === 'locked' ? [] : Object.entries(inside).map(([child, it]) => entryOf(`${fullPath}/${child}`, it))
    const next = (found: (some: FileSystemEntry[]) => void): void => {
      found(all.splice(0, 2))
    }
    return { readEntries: inside === 'locked' ? refuse : next }
  }
  return { name, fullPath, isFile: false, isDirectory: true, createReader } as unknown as FileSystemEntry
}

const drop = (tops: Inside) =>
  openDropped(
    Object.entries(tops).map(([name, what]) => ({
      kind: 'file',
      webkitGetAsEntry: () => entryOf(`/${name}`, what),
      getAsFile: () => (what instanceof File ? what : null),
    })) as unknown as DataTransferItemList,
  )
const text = (name: string): File => new File(['text'], name)

describe('what was dropped in a browser', () => {
  it('is each file by its path, and each that is left out with the reason', async () => {
    const brought = await drop({
      Letters: new Folder({
        'b.txt': text('b.txt'),
        old: new Folder({ 'a.txt': text('a.txt'), '.DS_Store': text('.DS_Store') }),
        '.git': new Folder({ config: text('config') }),
        'Thumbs.db': text('Thumbs.db'),
        'locked.txt': 'locked',
        private: new Folder('locked'),
      }),
    })
    expect(brought.map((one) => [one.name, one.kind === 'file' ? null : one.problem])).toEqual([
      ['Letters/.git', 'corpus.hidden'],
      ['Letters/Thumbs.db', 'corpus.hidden'],
      ['Letters/b.txt', null],
      ['Letters/locked.txt', 'corpus.unreadable'],
      ['Letters/old/.DS_Store', 'corpus.hidden'],
      ['Letters/old/a.txt', null],
      ['Letters/private', 'corpus.unreadable'],
    ])
  })

  it('is taken whatever it is called where it was dropped by itself', async () => {
    expect(await drop({ '.notes': text('.notes') })).toMatchObject([{ kind: 'file', name: '.notes' }])
  })
})
