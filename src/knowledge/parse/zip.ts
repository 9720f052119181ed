// Reads zip archives in memory by their central directory (PKWARE APPNOTE 4.3).
// Nothing is written and no name is used as a path. Sizes are enforced while unpacking, never believed.
// Not read: encryption, ZIP64, spanned archives, methods other than stored and deflated.

import { crc32, inflateRawSync } from 'node:zlib'
import { type ReadLimits, tooLarge, unreadable } from './reader.ts'

export interface ZipArchive {
  /** Names as stored, with `/` between parts. */
  readonly names: readonly string[]
  /** The bytes of a part; undefined when there is none of that name. */
  read(name: string): Uint8Array | undefined
}

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const END_BYTES = 22
const MAX_COMMENT_BYTES = 65_535

interface Entry {
  readonly method: number
  readonly encrypted: boolean
  readonly crc: number
  readonly packedBytes: number
  readonly localAt: number
}

export const openZip = (bytes: Uint8Array, limits: ReadLimits): ZipArchive => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries = readDirectory(view, bytes, limits)
  let unpacked = 0
  return {
    names: [...entries.keys()],
    read(name) {
      const entry = entries.get(name)
      if (!entry) return undefined
      if (entry.encrypted) throw unreadable('it is encrypted')
      const packed = packedBytes(view, bytes, entry)
      const left = limits.maxUnpackedBytes - unpacked
      const whole = entry.method === 0 ? packed : inflate(packed, entry.method, left, limits)
      unpacked += whole.byteLength
      if (unpacked > limits.maxUnpackedBytes) throw tooLarge(limits.maxUnpackedBytes, 'unpacked')
      if (crc32(whole) !== entry.crc) throw unreadable('a part of the archive is damaged')
      return whole
    },
  }
}

const inflate = (packed: Uint8Array, method: number, left: number, limits: ReadLimits): Uint8Array => {
  if (method !== 8) throw unreadable('its compression is not known')
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(left, 1) })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge(limits.maxUnpackedBytes, 'unpacked')
    }
    throw unreadable('a part of the archive is damaged', error)
  }
}

const readDirectory = (view: DataView, bytes: Uint8Array, limits: ReadLimits): Map<string, Entry> => {
  const end = findEnd(view)
  const count = view.getUint16(end + 10, true)
  if (count > limits.maxEntries) throw unreadable(`it has more than ${limits.maxEntries} parts`)
  const entries = new Map<string, Entry>()
  let at = view.getUint32(end + 16, true)
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.byteLength || view.getUint32(at, true) !== ENTRY) throw unreadable('the archive is damaged')
    const nameBytes = view.getUint16(at + 28, true)
    const next = at + 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    // Some writers on Windows separate with backslashes.
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes)).replaceAll('\\', '/')
    entries.set(name, {
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedBytes: view.getUint32(at + 20, true),
      localAt: view.getUint32(at + 42, true),
    })
    at = next
  }
  return entries
}

const findEnd = (view: DataView): number => {
  const last = view.byteLength - END_BYTES
  for (let at = last; at >= 0 && at >= last - MAX_COMMENT_BYTES; at--) {
    if (view.getUint32(at, true) === END) return at
  }
  throw unreadable('it is no archive, or its end is missing')
}

const packedBytes = (view: DataView, bytes: Uint8Array, entry: Entry): Uint8Array => {
  const at = entry.localAt
  if (at + 30 > bytes.byteLength || view.getUint32(at, true) !== LOCAL) throw unreadable('the archive is damaged')
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true)
  const end = start + entry.packedBytes
  if (end > bytes.byteLength) throw unreadable('the archive is cut off')
  return bytes.subarray(start, end)
}
