// Content blocks of Anthropic's messages → neutral parts. What a block has beyond the neutral form is its vendor state; a block
// of which nothing else has a place is an empty text whose state is the whole block.

import type { ValueObject } from '../../base/value.ts'
import type { MediaData, MessagePart } from '../../model/spec.ts'
import type { Json, JsonObject } from '../doors/spec.ts'
import { at, type FieldReader, isJsonList, isJsonObject } from '../openai/field-reader.ts'

/** The fields of each block that the neutral form has. Others are state. */
export const NEUTRAL_FIELDS: Readonly<Record<string, readonly string[]>> = {
  text: ['type', 'text'],
  image: ['type', 'source'],
  document: ['type', 'source', 'title'],
  tool_use: ['type', 'id', 'name', 'input'],
  tool_result: ['type', 'tool_use_id', 'content', 'is_error'],
  thinking: ['type', 'thinking', 'signature'],
  redacted_thinking: ['type', 'data'],
}

/** What is left of an object without these fields and without nulls; undefined when nothing is. */
export const restOf = (object: JsonObject, names: readonly string[]): ValueObject | undefined => {
  const entries = Object.entries(object).filter(([name, value]) => value !== null && !names.includes(name))
  return entries.length > 0 ? (Object.fromEntries(entries) as ValueObject) : undefined
}

const withState = (part: MessagePart, state: ValueObject | undefined): MessagePart =>
  state ? { ...part, vendorState: { anthropic: state } } : part

/** A block that only the vendor knows. */
export const opaquePart = (block: JsonObject): MessagePart => ({
  type: 'text',
  text: '',
  vendorState: { anthropic: block as ValueObject },
})

/** A text, an image, a document, or whatever else: what the neutral form does not have is kept for the vendor. */
export const readBlock = (block: JsonObject, path: string, reader: FieldReader): MessagePart | undefined => {
  switch (block.type) {
    case 'text':
      return withState({ type: 'text', text: reader.requiredText(block, 'text', path) }, stateOf(block, 'text'))
    case 'image':
    case 'document':
      return readMedia(block, block.type, path, reader)
    default:
      reader.requiredText(block, 'type', path)
      return opaquePart(block)
  }
}

const stateOf = (block: JsonObject, type: string): ValueObject | undefined => restOf(block, NEUTRAL_FIELDS[type] ?? [])

const readMedia = (
  block: JsonObject,
  kind: 'image' | 'document',
  path: string,
  reader: FieldReader,
): MessagePart | undefined => {
  const place = at(path, 'source')
  const source = reader.object(block, 'source', path)
  if (!source) return reader.problem(place, 'is required')
  const read = readSource(source, kind, place, reader)
  // Files and texts in pieces that the vendor keeps have no place elsewhere.
  if (read === 'opaque') return opaquePart(block)
  if (!read) return undefined
  const title = kind === 'document' ? reader.text(block, 'title', path) : undefined
  return withState(
    { type: 'media', kind, ...read, ...(title !== undefined && { filename: title }) },
    stateOf(block, kind),
  )
}

interface Media {
  readonly mimeType: string
  readonly data: MediaData
}

const readSource = (
  source: JsonObject,
  kind: 'image' | 'document',
  path: string,
  reader: FieldReader,
): Media | 'opaque' | undefined => {
  const usual = kind === 'image' ? 'image/jpeg' : 'application/pdf'
  switch (reader.requiredText(source, 'type', path)) {
    case 'base64': {
      const base64 = reader.requiredText(source, 'data', path)
      return { mimeType: reader.requiredText(source, 'media_type', path), data: { type: 'base64', base64 } }
    }
    case 'url': {
      const url = reader.requiredText(source, 'url', path)
      return { mimeType: usual, data: { type: 'url', url } }
    }
    case 'text': {
      const text = reader.requiredText(source, 'data', path)
      return { mimeType: 'text/plain', data: { type: 'base64', base64: Buffer.from(text).toString('base64') } }
    }
    default:
      return 'opaque'
  }
}

/** A text or a list of blocks; a text stays one. */
export const readContent = (
  object: JsonObject,
  path: string,
  reader: FieldReader,
): string | readonly MessagePart[] | undefined => {
  const given = object.content
  if (typeof given === 'string' || given === undefined || given === null) return given ?? undefined
  return blocksOf(given, at(path, 'content'), reader).flatMap(
    ({ block, path: place }) => readBlock(block, place, reader) ?? [],
  )
}

/** The blocks that are objects, with their places. */
export const blocksOf = (
  given: Json,
  path: string,
  reader: FieldReader,
): readonly { readonly block: JsonObject; readonly path: string }[] => {
  if (!isJsonList(given)) {
    reader.problem(path, 'must be a text or a list of blocks')
    return []
  }
  return given.flatMap((block, i) => {
    const place = `${path}[${i}]`
    if (isJsonObject(block)) return [{ block, path: place }]
    return reader.problem(place, 'must be an object') ?? []
  })
}
