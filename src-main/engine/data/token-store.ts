import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { endianness } from 'node:os'
import { basename } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '../../../src-preload/contract/errors'
import { createAtomicFile, type AtomicFile } from '../files'

/**
 * `train.bin` and `val.bin`: a header, then token ids in order as u16 (vocabulary up to 65,536) or u32, little endian.
 * Read by position, never whole: a window of 65 ids costs microseconds and the memory stays flat for any text.
 *
 * Header, 96 bytes: magic "HGTOKENS" · u32 version · u32 bytes an id · u64 ids · u64 bytes of text that they stand for
 * · u32 vocabulary size · u32 zero · sha256 of tokenizer.json · checksum: the first 24 bytes of the sha256 of what comes
 * before and after it. Files of earlier versions have zeros there, and are taken as they are.
 */
const magic = 'HGTOKENS'
const version = 1
const headerBytes = 96
const checksumAt = 72
const pieceBytes = 1024 * 1024

export interface TokenStore {
  readonly count: number
  /** Bytes of UTF-8 text that all tokens stand for. */
  readonly bytes: number
  readonly vocabSize: number
  /** sha256 (hex) of the tokenizer.json that made the ids. */
  readonly tokenizerHash: string
  /** It has a checksum, which is right. */
  readonly isChecked: boolean
  /** Fills `target` with the ids from `position` on. Throws RangeError beyond the end, never reads past it. */
  read(position: number, target: Int32Array): void
  close(): void
}

interface StoreFacts {
  readonly vocabSize: number
  readonly tokenizerHash: string
}

export interface TokenWriter {
  /** Ids written so far. */
  readonly count: number
  write(ids: ArrayLike<number>): Promise<void>
  /** Reads back what was written, from one place on. */
  from(position: number): AsyncGenerator<Uint16Array | Uint32Array>
  /** Keeps the first `count` ids. */
  truncate(count: number): Promise<void>
  /**
   * Completes the header and puts the file in its place.
   * @param bytes of text that the ids stand for
   * @returns the checksum (hex): the same for the same ids of the same tokenizer, and for no others
   */
  commit(bytes: number): Promise<string>
  discard(): Promise<void>
}

const itemBytesOf = (vocabSize: number): 2 | 4 => (vocabSize <= 65_536 ? 2 : 4)

/** Throws `disk.full`. */
export async function createTokenFile(path: string, facts: StoreFacts): Promise<TokenWriter> {
  if (endianness() !== 'LE') throw new Error('The format is little endian and so must be the machine.')
  const file: AtomicFile = await createAtomicFile(path)
  await file.write(new Uint8Array(headerBytes))
  const itemBytes = itemBytesOf(facts.vocabSize)
  const Ids = itemBytes === 2 ? Uint16Array : Uint32Array
  let count = 0
  const from: TokenWriter['from'] = async function* (position) {
    const piece = pieceBytes / itemBytes
    for (let at = position; at < count; at += piece) {
      const ids = new Ids(Math.min(piece, count - at))
      const bytes = new Uint8Array(ids.buffer)
      const { bytesRead } = await file.handle.read(bytes, 0, bytes.length, headerBytes + at * itemBytes)
      if (bytesRead !== bytes.length) throw new Error(`${bytesRead} bytes of ${bytes.length} read back`)
      yield ids
    }
  }
  return {
    get count() {
      return count
    },
    from,
    async write(ids) {
      const packed = Ids.from(ids)
      await file.write(new Uint8Array(packed.buffer))
      count += packed.length
    },
    async truncate(to) {
      await file.truncate(headerBytes + to * itemBytes)
      count = to
    },
    async commit(bytes) {
      const header = Buffer.alloc(headerBytes)
      header.write(magic, 'latin1')
      header.writeUInt32LE(version, 8)
      header.writeUInt32LE(itemBytes, 12)
      header.writeBigUInt64LE(BigInt(count), 16)
      header.writeBigUInt64LE(BigInt(bytes), 24)
      header.writeUInt32LE(facts.vocabSize, 32)
      Buffer.from(facts.tokenizerHash, 'hex').copy(header, 40)
      const checksum = await checksumOf(header, from(0))
      checksum.copy(header, checksumAt)
      await file.handle.write(header, 0, headerBytes, 0)
      await file.commit()
      return checksum.toString('hex')
    },
    discard: () => file.discard(),
  }
}

async function checksumOf(header: Buffer, ids: AsyncIterable<Uint8Array | Uint16Array | Uint32Array>): Promise<Buffer> {
  const hash = createHash('sha256').update(header.subarray(0, checksumAt))
  for await (const piece of ids) hash.update(piece)
  return hash.digest().subarray(0, headerBytes - checksumAt)
}

/**
 * Reads the whole file once before it gives it: nobody trains on what is not as it was written.
 *
 * @throws `tokens.damaged` {file, detail}, also when a part is read later on; the signal's reason
 */
export async function openTokens(path: string, signal?: AbortSignal): Promise<TokenStore> {
  const fd = openSync(path, 'r')
  try {
    return await storeOf(fd, basename(path), signal)
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

async function storeOf(fd: number, file: string, signal?: AbortSignal): Promise<TokenStore> {
  const damaged = (detail: string): AppError => new AppError('tokens.damaged', { file, detail })
  const readAt = (position: number, target: Buffer): void => {
    for (let done = 0; done < target.length;) {
      let read: number
      try {
        read = readSync(fd, target, done, target.length - done, position + done)
      } catch (error) {
        // Of a disk that cannot read a place any more: EIO.
        throw damaged(error instanceof Error ? error.message : String(error))
      }
      if (read === 0) throw damaged('ends early')
      done += read
    }
  }

  const header = Buffer.alloc(headerBytes)
  readAt(0, header)
  if (header.toString('latin1', 0, 8) !== magic || header.readUInt32LE(8) !== version) throw damaged('version')
  const itemBytes = header.readUInt32LE(12)
  const count = Number(header.readBigUInt64LE(16))
  const vocabSize = header.readUInt32LE(32)
  if (itemBytes !== itemBytesOf(vocabSize)) throw damaged(`${itemBytes} bytes an id`)
  const { size } = fstatSync(fd)
  if (size !== headerBytes + count * itemBytes)
    throw damaged(`${size} bytes, expected ${headerBytes + count * itemBytes}`)

  const pieces = async function* (): AsyncGenerator<Buffer> {
    const piece = Buffer.alloc(Math.min(pieceBytes, size))
    for (let at = headerBytes; at < size; at += pieceBytes) {
      // Whoever stops the job is heard in between.
      await nextTurn()
      signal?.throwIfAborted()
      const part = piece.subarray(0, size - at)
      readAt(at, part)
      yield part
    }
  }
  const checksum = header.subarray(checksumAt)
  const isChecked = checksum.some((byte) => byte !== 0)
  if (isChecked && !checksum.equals(await checksumOf(header, pieces()))) throw damaged('checksum')

  let scratch = Buffer.alloc(0)
  return {
    count,
    bytes: Number(header.readBigUInt64LE(24)),
    vocabSize,
    tokenizerHash: header.toString('hex', 40, 72),
    isChecked,
    read(position, target) {
      if (position < 0 || position + target.length > count) {
        throw new RangeError(`ids ${position} to ${position + target.length} of ${count} in ${file}`)
      }
      const bytes = target.length * itemBytes
      if (scratch.length < bytes) scratch = Buffer.from(new ArrayBuffer(bytes))
      readAt(headerBytes + position * itemBytes, scratch.subarray(0, bytes))
      const Ids = itemBytes === 2 ? Uint16Array : Uint32Array
      target.set(new Ids(scratch.buffer, scratch.byteOffset, target.length))
      // A flipped bit on the disk must not become a read outside the embedding table.
      for (const id of target) if (id < 0 || id >= vocabSize) throw damaged(`id ${id} of ${vocabSize}`)
    },
    close: () => {
      closeSync(fd)
    },
  }
}
