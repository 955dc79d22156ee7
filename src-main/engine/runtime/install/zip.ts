import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { PassThrough, Transform, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw } from 'node:zlib'

/** A file inside a zip (APPNOTE.TXT of PKWARE, 4.3). Zip64 and encryption are left out: no wheel here has them. */
export interface ZipMember {
  readonly name: string
  readonly sizeBytes: number
  readonly packedBytes: number
  readonly crc: number
  readonly headerOffset: number
  readonly isDeflated: boolean
}

const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const localSignature = 0x04034b50
const endBytes = 22
const longestComment = 0xffff
const blockBytes = 1024 * 1024

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await handle.read(buffer, 0, length, position)
  if (bytesRead < length) throw new RangeError(`zip: ${bytesRead} of ${length} bytes at ${position}`)
  return buffer
}

/** The names in a zip, from its directory at the end. @throws RangeError where it is none */
export async function zipMembers(path: string): Promise<ZipMember[]> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const tailBytes = Math.min(size, endBytes + longestComment)
    const tail = await readAt(handle, size - tailBytes, tailBytes)
    let at = tail.length - endBytes
    while (at >= 0 && tail.readUInt32LE(at) !== endSignature) at--
    if (at < 0) throw new RangeError('zip: no directory')
    const count = tail.readUInt16LE(at + 10)
    return entriesOf(await readAt(handle, tail.readUInt32LE(at + 16), tail.readUInt32LE(at + 12)), count)
  } finally {
    await handle.close()
  }
}

function entriesOf(directory: Buffer, count: number): ZipMember[] {
  const members: ZipMember[] = []
  for (let at = 0, i = 0; i < count; i++) {
    if (directory.readUInt32LE(at) !== entrySignature) throw new RangeError('zip: damaged directory')
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28)
    members.push({
      name: directory.toString('utf8', at + 46, nameEnd),
      isDeflated: directory.readUInt16LE(at + 10) === 8,
      crc: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      sizeBytes: directory.readUInt32LE(at + 24),
      headerOffset: directory.readUInt32LE(at + 42),
    })
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return members
}

/**
 * Writes one member to `target`, by stream: one of them has 1.1 GB.
 * @param onBytes after each block, how many bytes were written since the last call
 * @returns sha256 of what was written
 * @throws RangeError where its bytes do not have the recorded checksum
 */
export async function unpackMember(
  path: string,
  member: ZipMember,
  target: string,
  { mode, onBytes, signal }: { mode: number; onBytes: (bytes: number) => void; signal: AbortSignal },
): Promise<string> {
  const handle = await open(path, 'r')
  let start: number
  try {
    const header = await readAt(handle, member.headerOffset, 30)
    if (header.readUInt32LE(0) !== localSignature) throw new RangeError('zip: damaged header')
    start = member.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  } finally {
    await handle.close()
  }
  const hash = createHash('sha256')
  let crc = 0
  const check = new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      hash.update(chunk)
      crc = crc32(chunk, crc)
      onBytes(chunk.length)
      done(null, chunk)
    },
  })
  await pipeline(
    createReadStream(path, { start, end: start + member.packedBytes - 1, highWaterMark: blockBytes }),
    member.isDeflated ? createInflateRaw({ chunkSize: blockBytes }) : new PassThrough(),
    check,
    createWriteStream(target, { flags: 'wx', mode, flush: true, highWaterMark: blockBytes }),
    { signal },
  )
  if (crc !== member.crc) throw new RangeError(`zip: ${member.name} has another checksum`)
  return hash.digest('hex')
}
