import { AppError } from '../../../src-preload/contract/errors'

/** Bytes at the start of a file that tell its format. */
export const formatBytes = 64 * 1024

interface Signature {
  readonly format: string
  readonly kind: 'document' | 'archive'
  readonly magic: string | readonly number[]
  /** 0 where it is not said. */
  readonly at?: number
}

/** Formats that hold text but are none: trained as text they would teach a model their markup. */
const signatures: readonly Signature[] = [
  { format: 'DOC, XLS or PPT', kind: 'document', magic: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1] },
  { format: 'WordPerfect', kind: 'document', magic: [0xff, 0x57, 0x50, 0x43] },
  { format: 'MOBI', kind: 'document', magic: 'BOOKMOBI', at: 60 },
  { format: 'DjVu', kind: 'document', magic: 'AT&TFORM' },
  { format: 'SQLite', kind: 'document', magic: 'SQLite format 3\0' },
  { format: 'Parquet', kind: 'document', magic: 'PAR1' },
  { format: 'GZIP', kind: 'archive', magic: [0x1f, 0x8b, 0x08] },
  { format: 'BZIP2', kind: 'archive', magic: 'BZh' },
  { format: 'XZ', kind: 'archive', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] },
  { format: 'Zstandard', kind: 'archive', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { format: '7-Zip', kind: 'archive', magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
  { format: 'RAR', kind: 'archive', magic: [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07] },
  { format: 'TAR', kind: 'archive', magic: 'ustar', at: 257 },
]

/** Markup that begins like text: white space or a byte order mark may come before it. */
const openings: readonly (readonly [format: string, start: RegExp])[] = [
  ['PDF', /^%PDF-\d/],
  ['PostScript', /^%!PS-/],
  ['RTF', /^\{\\rtf\d?/],
]

/** By names of entries, which a ZIP file does not compress. */
const zipFormats: readonly (readonly [format: string, entry: string])[] = [
  ['EPUB', 'mimetypeapplication/epub+zip'],
  ['EPUB', 'META-INF/container.xml'],
  ['EPUB', 'OEBPS/'],
  ['ODT', 'mimetypeapplication/vnd.oasis.opendocument'],
  ['DOCX', 'word/'],
  ['XLSX', 'xl/'],
  ['PPTX', 'ppt/'],
  ['Office', '[Content_Types].xml'],
]

/** Why this file is not plain text, judged by how it begins; null where it may be. */
export function foreignFormat(file: string, start: Uint8Array): AppError | null {
  const text = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, formatBytes)).toString('latin1')
  if (text.startsWith('PK\x03\x04')) {
    const found = zipFormats.find(([, entry]) => text.includes(entry))
    return found ? refusal(file, 'document', found[0]) : refusal(file, 'archive', 'ZIP')
  }
  for (const { format, kind, magic, at = 0 } of signatures) {
    const bytes = typeof magic === 'string' ? magic : String.fromCharCode(...magic)
    if (text.startsWith(bytes, at)) return refusal(file, kind, format)
  }
  const opening = text.slice(0, 1024).replace(/^[\s\0]*(?:\xef\xbb\xbf)?\s*/, '')
  const found = openings.find(([, start_]) => start_.test(opening))
  return found ? refusal(file, 'document', found[0]) : null
}

const refusal = (file: string, kind: Signature['kind'], format: string): AppError =>
  new AppError(kind === 'archive' ? 'corpus.archive' : 'corpus.unsupported', { file, format })
