import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { endianness } from 'node:os'
import { basename } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../src-preload/contract/errors'
import { sizeOf } from './model/weight-table'
import { writeAll } from './files'
import type { TensorData, TensorSource } from './ops'
import type { TensorStream } from './tensor-stream'

/** As in the reference implementation: a larger header is refused before it is read. */
const maxHeaderBytes = 100_000_000

const tensorEntry = z.object({
  dtype: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
})
const fileHeader = z.object({ __metadata__: z.record(z.string(), z.string()).optional() }).catchall(tensorEntry)

/**
 * So much is written before it is made sure that it is on the disk: else the system takes gigabytes at once and stores them
 * later. 512 MB took 0.80 s so on a virtual disk, 0.67 with one sync at the end, 1.5 with one each 16 MiB (medians of ten).
 */
const pieceBytes = 64 * 1024 * 1024

const bytesOf = (array: Float32Array): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/**
 * Writes the safetensors format (header length as u64 LE, JSON header, raw data) and fsyncs. Tensors keep the stream's
 * order, and one at a time is in memory; the header is padded so that the data starts on a multiple of 8.
 * @returns yields how many bytes more are surely on the disk; at the end sha256 (hex) and size of the whole file. Throws
 *   `disk.full`.
 */
export async function* writeSafetensors(
  path: string,
  tensors: TensorStream,
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<number, { sha256: string; sizeBytes: number }> {
  if (endianness() !== 'LE') throw new Error('The format is little endian and so must be the machine.')
  const hash = createHash('sha256')
  let sizeBytes = 0
  let sureBytes = 0
  const handle = await open(path, 'wx')
  try {
    for await (const bytes of contentOf(tensors, metadata)) {
      for (let from = 0; from < bytes.byteLength; from += pieceBytes) {
        const piece = bytes.subarray(from, from + pieceBytes)
        hash.update(piece)
        await writeAll(handle, piece, sizeBytes)
        sizeBytes += piece.byteLength
        if (sizeBytes - sureBytes < pieceBytes) continue
        await handle.datasync()
        yield sizeBytes - sureBytes
        sureBytes = sizeBytes
      }
    }
    await handle.sync()
    yield sizeBytes - sureBytes
  } finally {
    await handle.close()
  }
  return { sha256: hash.digest('hex'), sizeBytes }
}

/** The header, then each tensor's numbers, which are gone when the next ones are asked for. */
async function* contentOf(
  tensors: TensorStream,
  metadata: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array> {
  yield headerOf(tensors.shapes, metadata)
  for (const [name, shape] of tensors.shapes) {
    const tensor = await tensors.read(name)
    try {
      const { length } = tensor.data
      if (sizeOf(shape) !== length) throw new Error(`${name}: shape [${shape.join()}] but ${length} numbers`)
      yield bytesOf(tensor.data)
    } finally {
      tensors.release(tensor)
    }
  }
}

function headerOf(shapes: TensorStream['shapes'], metadata: Readonly<Record<string, string>>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, shape] of shapes) {
    const end = offset + 4 * sizeOf(shape)
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] }
    offset = end
  }
  const json = Buffer.from(JSON.stringify(header))
  const head = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  head.writeBigUInt64LE(BigInt(head.length - 8))
  json.copy(head, 8)
  return head
}

/** Tensors that are in a file. */
export interface StoredTensors extends TensorSource {
  readonly shapes: ReadonlyMap<string, readonly number[]>
  readonly metadata: Readonly<Record<string, string>>
  /**
   * Reads one, into memory that the next one takes: its numbers must be used before. Throws `checkpoint.damaged` or
   * `checkpoint.missing` where the file is no longer what it was.
   */
  get(name: string): TensorData | undefined
  /** Gives back that memory. */
  free(): void
  /** All of them, each with memory of its own. Throws as `get`. */
  all(): Map<string, TensorData>
}

/**
 * Opens a safetensors file of float32 tensors; their numbers stay in it. Everything the header claims is checked before
 * anything is allocated: its length, each shape against its byte range, and that the ranges fill the data without overlap
 * or hole. Throws `checkpoint.damaged` with the file's name.
 */
export async function openSafetensors(path: string): Promise<StoredTensors> {
  const { metadata, places } = await readHeader(path)
  let scratch = new ArrayBuffer(0)
  /** Before the garbage collector would, which does not hurry for what lies outside of its heap. */
  const free = (): void => {
    scratch = scratch.transfer(0)
  }
  const read = ({ shape, offset }: StoredPlace, data: Float32Array): TensorData => {
    readIntoSync(path, offset, bytesOf(data))
    return { shape, data }
  }
  return {
    metadata,
    shapes: new Map(Array.from(places, ([name, { shape }]) => [name, shape])),
    get: (name) => {
      const place = places.get(name)
      if (place === undefined) return undefined
      const size = sizeOf(place.shape)
      if (scratch.byteLength < 4 * size) {
        free()
        scratch = new ArrayBuffer(4 * size)
      }
      return read(place, new Float32Array(scratch, 0, size))
    },
    free,
    all: () => new Map(Array.from(places, ([name, at]) => [name, read(at, new Float32Array(sizeOf(at.shape)))])),
  }
}

interface StoredPlace {
  readonly shape: readonly number[]
  /** In the file, of the first byte. */
  readonly offset: number
}

async function readHeader(
  path: string,
): Promise<{ metadata: Record<string, string>; places: ReadonlyMap<string, StoredPlace> }> {
  const damaged = (detail: string, cause?: unknown): AppError =>
    new AppError('checkpoint.damaged', { file: basename(path), detail }, cause)
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    if (size < 8) throw damaged(`${size} bytes`)
    const headerBytes = Number((await readExactly(handle, 0, 8)).readBigUInt64LE())
    if (headerBytes > maxHeaderBytes || headerBytes > size - 8) throw damaged(`header of ${headerBytes} bytes`)
    const header = parseHeader(await readExactly(handle, 8, headerBytes), damaged)
    const { __metadata__: metadata = {}, ...rest } = header
    const entries = Object.entries(rest as Record<string, z.infer<typeof tensorEntry>>)
    entries.sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1])

    let expected = 0
    const places = new Map<string, StoredPlace>()
    for (const [name, { dtype, shape, data_offsets }] of entries) {
      const [from, to] = data_offsets
      if (dtype !== 'F32') throw damaged(`${name}: type ${dtype}, expected F32`)
      if (from !== expected) throw damaged(`${name}: begins at ${from}, expected ${expected}`)
      const bytes = 4 * sizeOf(shape)
      if (!Number.isSafeInteger(bytes) || to - from !== bytes)
        throw damaged(`${name}: ${to - from} bytes, expected ${bytes}`)
      places.set(name, { shape, offset: 8 + headerBytes + from })
      expected = to
    }
    if (expected !== size - 8 - headerBytes)
      throw damaged(`${size - 8 - headerBytes} bytes of data, expected ${expected}`)
    return { metadata, places }
  } finally {
    await handle.close()
  }
}

function parseHeader(
  bytes: Buffer,
  damaged: (detail: string, cause?: unknown) => AppError,
): z.infer<typeof fileHeader> {
  try {
    return fileHeader.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (error) {
    throw damaged('header', error)
  }
}

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await handle.read(buffer, 0, length, position)
  if (bytesRead !== length) throw new AppError('checkpoint.damaged', { file: 'safetensors', detail: 'ends early' })
  return buffer
}

/** At once: who asks for a tensor is in the middle of handing it over. */
function readIntoSync(path: string, position: number, target: Uint8Array): void {
  const file = basename(path)
  let descriptor: number | null = null
  try {
    descriptor = openSync(path, 'r')
    for (let done = 0; done < target.byteLength;) {
      const wish = Math.min(64 * 1024 * 1024, target.byteLength - done)
      const bytesRead = readSync(descriptor, target, done, wish, position + done)
      if (bytesRead === 0) throw new AppError('checkpoint.damaged', { file, detail: 'ends early' })
      done += bytesRead
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new AppError(isGone ? 'checkpoint.missing' : 'checkpoint.damaged', { file }, error)
  } finally {
    if (descriptor !== null) closeSync(descriptor)
  }
}
