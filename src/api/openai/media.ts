// Pictures, sounds and files as OpenAI's callers send them: data URLs, links and bare base64.

import type { MediaData, MessagePart } from '../../model/spec.ts'
import type { JsonObject } from '../doors/spec.ts'
import { at, type FieldReader } from './field-reader.ts'

type MediaPart = Extract<MessagePart, { type: 'media' }>

export interface Place {
  readonly reader: FieldReader
  readonly path: string
}

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/i
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/
/** Links often say no more; vendors look at the bytes. */
const BY_ENDING: Readonly<Record<string, string>> = {
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  mp4: 'video/mp4',
}

const typeByName = (name: string): string | undefined => {
  const ending = /\.([a-z0-9]+)(?:[?#].*)?$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending] : undefined
}

/** A data URL or a link. */
const readUrl = (url: string, usualType: string, { reader, path }: Place) => {
  const data = DATA_URL.exec(url)
  if (data) {
    const [head, type = '', parameters = ''] = data
    const rest = url.slice(head.length)
    const base64 = /;base64$/i.test(parameters) ? rest : Buffer.from(unescaped(rest)).toString('base64')
    if (!isBase64(base64)) return reader.problem(path, 'is a data URL without base64')
    return { mimeType: type.toLowerCase() || usualType, data: { type: 'base64', base64 } satisfies MediaData }
  }
  if (!/^https?:\/\//i.test(url)) return reader.problem(path, 'must be a data URL or begin with http')
  return { mimeType: typeByName(url) ?? usualType, data: { type: 'url', url } satisfies MediaData }
}

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The first characters tell; a whole picture would take long. */
const isBase64 = (text: string): boolean => text !== '' && (text.length > 1_000 || BASE64.test(text.replace(/\s/g, '')))

const DETAILS = ['low', 'high', 'auto'] as const

/** @param object `{ url, detail }`, or the part itself where the link stands in it */
export const readImage = (url: string, object: JsonObject, place: Place): MediaPart | undefined => {
  const read = readUrl(url, 'image/jpeg', place)
  const detail = DETAILS.find((one) => one === object.detail)
  return read && { type: 'media', kind: 'image', ...read, ...(detail && { detail }) }
}

export const readVideo = (url: string, place: Place): MediaPart | undefined => {
  const read = readUrl(url, 'video/mp4', place)
  return read && { type: 'media', kind: 'video', ...read }
}

/** `{ data, format }` */
export const readSound = (object: JsonObject, { reader, path }: Place): MediaPart | undefined => {
  const base64 = reader.requiredText(object, 'data', path)
  const format = reader.requiredText(object, 'format', path)
  if (base64 === '' || format === '') return undefined
  const mimeType = `audio/${format === 'mp3' ? 'mpeg' : format}`
  return { type: 'media', kind: 'audio', mimeType, data: { type: 'base64', base64 } }
}

/** `{ file_data, file_url, filename }` */
export const readFile = (object: JsonObject, { reader, path }: Place): MediaPart | undefined => {
  const filename = reader.text(object, 'filename', path)
  const given = reader.text(object, 'file_data', path)
  const link = reader.text(object, 'file_url', path)
  if (given === undefined && link === undefined) {
    const isStored = typeof object.file_id === 'string'
    return reader.problem(
      at(path, isStored ? 'file_id' : 'file_data'),
      isStored ? 'names a file at a vendor; other models cannot read it, so send file_data' : 'is required',
    )
  }
  const usual = typeByName(filename ?? '') ?? 'application/pdf'
  const read =
    given !== undefined && !DATA_URL.test(given)
      ? { mimeType: usual, data: { type: 'base64', base64: given } satisfies MediaData }
      : readUrl(given ?? link ?? '', usual, { reader, path: at(path, given === undefined ? 'file_url' : 'file_data') })
  if (!read) return undefined
  const [family] = read.mimeType.split('/')
  const kind = family === 'image' || family === 'audio' || family === 'video' ? family : 'document'
  return { type: 'media', kind, ...read, ...(filename !== undefined && { filename }) }
}
