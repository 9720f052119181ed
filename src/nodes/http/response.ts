// Reads a response: as text for the graph, or as a file that is kept. Which of the two, the app format decides by
// headers and, for unknown application types, by the first bytes.

import type { FileValue } from '../../flow/file.ts'
import { NodeError } from '../errors.ts'
import type { FileAccess } from '../spec.ts'

/** Bytes. */
export const TEXT_LIMIT = 1024 * 1024
export const FILE_LIMIT = 10 * 1024 * 1024

export interface ReadResponse {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly files: readonly FileValue[]
}

/** @throws NodeError `node/response-too-large`; whatever reading the body or storing the file throws */
export const readResponse = async (response: Response, url: URL, files: FileAccess): Promise<ReadResponse> => {
  const headers = headerTable(response.headers)
  const bytes = await readBytes(response)
  const type = mimeType(response)
  if (!isFile(response, type, bytes)) {
    if (bytes.byteLength > TEXT_LIMIT) throw tooLarge('text', TEXT_LIMIT)
    return { body: decode(bytes, response), headers, files: [] }
  }
  if (bytes.byteLength === 0) return { body: '', headers, files: [] }
  const mime = type || 'application/octet-stream'
  const file = await files.store(bytes, { filename: filenameOf(response, url, mime), mimeType: mime })
  return { body: '', headers, files: [file] }
}

export const tooLarge = (form: 'text' | 'file', limitBytes: number, cause?: unknown): NodeError =>
  new NodeError('node/response-too-large', { details: { form, limitBytes }, cause })

/** Headers by lower-case name; a repeated one is joined by commas, cookies too. */
const headerTable = (headers: Headers): Readonly<Record<string, string>> => {
  const cookies = headers.getSetCookie()
  return { ...Object.fromEntries(headers), ...(cookies.length > 0 ? { 'set-cookie': cookies.join(', ') } : {}) }
}

const readBytes = async (response: Response): Promise<Uint8Array> => {
  if (response.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop by a throw cancels the transfer.
  for await (const chunk of response.body) {
    size += chunk.byteLength
    if (size > FILE_LIMIT) throw tooLarge('file', FILE_LIMIT)
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size)
}

const mimeType = (response: Response): string =>
  (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

const TEXT_APPLICATIONS = ['json', 'xml', 'javascript', 'x-www-form-urlencoded', 'yaml', 'graphql']
const TEXT_MARKERS = ['{', '[', '<', 'function', 'var ', 'const ', 'let ']
const SAMPLE_BYTES = 1024

const isFile = (response: Response, type: string, bytes: Uint8Array): boolean => {
  const disposition = response.headers.get('content-disposition') ?? ''
  if (/^\s*attachment\b/i.test(disposition) || /\bfilename\*?\s*=/i.test(disposition)) return true
  if (type.startsWith('text/')) return false
  if (type.startsWith('application/')) {
    if (TEXT_APPLICATIONS.some((name) => type.includes(name))) return false
    return !looksLikeText(bytes.subarray(0, SAMPLE_BYTES))
  }
  return /^(?:image|audio|video)\//.test(type)
}

const looksLikeText = (sample: Uint8Array): boolean => {
  let text: string
  try {
    // `stream` forgives a character that the sample cuts in two.
    text = new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true })
  } catch {
    return false // Not UTF-8, which is the answer.
  }
  return TEXT_MARKERS.some((marker) => text.includes(marker))
}

const decode = (bytes: Uint8Array, response: Response): string => {
  const label = /charset\s*=\s*"?([^\s;"]+)/i.exec(response.headers.get('content-type') ?? '')?.[1] ?? 'utf-8'
  return decoderFor(label).decode(bytes)
}

const decoderFor = (label: string): InstanceType<typeof TextDecoder> => {
  try {
    return new TextDecoder(label)
  } catch {
    return new TextDecoder() // A charset nobody knows: UTF-8 is the likeliest.
  }
}

/** Extensions for types whose second half is none. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/octet-stream': 'bin',
  'image/svg+xml': 'svg',
  'image/jpeg': 'jpg',
  'audio/mpeg': 'mp3',
  'video/quicktime': 'mov',
}

const filenameOf = (response: Response, url: URL, type: string): string => {
  const disposition = response.headers.get('content-disposition') ?? ''
  const extended = /filename\*\s*=\s*[^']*'[^']*'([^;\s]+)/i.exec(disposition)?.[1]
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition)
  const path = url.pathname.split('/').at(-1) ?? ''
  const name = safeDecode(extended ?? plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2] ?? path)
  // Only the last part: a name from outside must not name a folder.
  const base = name.split(/[\\/]/).at(-1)?.trim() ?? ''
  const stem = base === '' ? 'response' : base
  return /\.[a-z0-9]{1,10}$/i.test(stem) ? stem : `${stem}.${EXTENSIONS[type] ?? type.split('/')[1] ?? 'bin'}`
}

const safeDecode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // Not encoded after all.
  }
}
