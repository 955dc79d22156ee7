import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { endianness } from 'node:os'
import { basename } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import { createAtomicFile, type AtomicFile } from '../files'

/**
 * `train.bin` and `val.bin`: a header, then token ids in order as u16 (vocabulary up to 65,536) or u32, little endian.
 * Read by position, never whole: a window of 65 ids costs microseconds and the memory stays flat for any text.
 *
 * Header, 96 bytes: magic "HGTOKENS" · u32 version · u32 bytes an id · u64 ids · u64 bytes of text that they stand for
 * · u32 vocabulary size · u32 zero · sha256 of tokenizer.json · 24 zero bytes.
 */
const magic = 'HGTOKENS'
const version = 1
const headerBytes = 96

export interface TokenStore {
  readonly count: number
  /** Bytes of UTF-8 text that all tokens stand for. */
  readonly bytes: number
  readonly vocabSize: number
  /** sha256 (hex) of the tokenizer.json that made the ids. */
  readonly tokenizerHash: string
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
  /** Completes the header and puts the file in its place. @param bytes of text that the ids stand for */
  commit(bytes: number): Promise<void>
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
  return {
    get count() {
      return count
    },
    async write(ids) {
      const packed = Ids.from(ids)
      await file.write(new Uint8Array(packed.buffer))
      count += packed.length
    },
    async *from(position) {
      const piece = 1024 * 1024
      for (let at = position; at < count; at += piece) {
        const ids = new Ids(Math.min(piece, count - at))
        const bytes = new Uint8Array(ids.buffer)
        const { bytesRead } = await file.handle.read(bytes, 0, bytes.length, headerBytes + at * itemBytes)
        if (bytesRead !== bytes.length) throw new Error(`${bytesRead} bytes of ${bytes.length} read back`)
        yield ids
      }
    },
    async truncate(to) {
      await file.truncate(headerBytes + to * itemBytes)
      count = to
    },
    async commit(bytes) {
      const header = Buffer.alloc(headerBytes)
      header.write(magic, 'latin1')
      header.writeUInt32LE(version, 8)
      header.writeUInt32LE(itemBytesOf(facts.vocabSize), 12)
      header.writeBigUInt64LE(BigInt(count), 16)
      header.writeBigUInt64LE(BigInt(bytes), 24)
      header.writeUInt32LE(facts.vocabSize, 32)
      Buffer.from(facts.tokenizerHash, 'hex').copy(header, 40)
      await file.handle.write(header, 0, headerBytes, 0)
      await file.commit()
    },
    discard: () => file.discard(),
  }
}

/** Throws `tokenizer.damaged` where the file is not what its header says. */
export function openTokens(path: string): TokenStore {
  const fd = openSync(path, 'r')
  try {
    return storeOf(fd, basename(path))
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function storeOf(fd: number, file: string): TokenStore {
  const damaged = (detail: string): AppError => new AppError('tokenizer.damaged', { file, detail })
  const header = Buffer.alloc(headerBytes)
  if (readSync(fd, header, 0, headerBytes, 0) < headerBytes) throw damaged('header')
  if (header.toString('latin1', 0, 8) !== magic || header.readUInt32LE(8) !== version) throw damaged('version')
  const itemBytes = header.readUInt32LE(12)
  const count = Number(header.readBigUInt64LE(16))
  const vocabSize = header.readUInt32LE(32)
  if (itemBytes !== itemBytesOf(vocabSize)) throw damaged(`${itemBytes} bytes an id`)
  const { size } = fstatSync(fd)
  if (size !== headerBytes + count * itemBytes)
    throw damaged(`${size} bytes, expected ${headerBytes + count * itemBytes}`)

  let scratch = Buffer.alloc(0)
  return {
    count,
    bytes: Number(header.readBigUInt64LE(24)),
    vocabSize,
    tokenizerHash: header.toString('hex', 40, 72),
    read(position, target) {
      if (position < 0 || position + target.length > count) {
        throw new RangeError(`ids ${position} to ${position + target.length} of ${count} in ${file}`)
      }
      const bytes = target.length * itemBytes
      if (scratch.length < bytes) scratch = Buffer.from(new ArrayBuffer(bytes))
      for (let done = 0; done < bytes;) {
        const read = readSync(fd, scratch, done, bytes - done, headerBytes + position * itemBytes + done)
        if (read === 0) throw damaged('ends early')
        done += read
      }
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
