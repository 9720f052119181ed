// Parts of Gemini's contents → neutral parts. What a part has beyond the neutral form is its vendor state; a part of which
// nothing else has a place (code the vendor ran) is an empty text whose state is the whole part.

import type { ValueObject } from '../../base/value.ts'
import type { MessagePart, Reasoning, VendorState } from '../../model/spec.ts'
import { isSealed, openSeal } from '../doors/sealed-state.ts'
import type { JsonObject } from '../doors/spec.ts'
import { at, type FieldReader } from '../openai/field-reader.ts'
import { withCamelNames } from './names.ts'

/** The kinds of parts that the neutral form has, by the field that makes them so. */
export const NEUTRAL_PARTS = ['text', 'inlineData', 'fileData', 'functionCall', 'functionResponse'] as const

export type PartKind = (typeof NEUTRAL_PARTS)[number] | 'thought' | 'opaque'

export const kindOf = (part: JsonObject): PartKind => {
  const kind = NEUTRAL_PARTS.find((name) => part[name] !== undefined && part[name] !== null) ?? 'opaque'
  // A signature may stand alone, with a thought or a text that is empty.
  if (part.thought === true && (kind === 'text' || kind === 'opaque')) return 'thought'
  return kind === 'opaque' && typeof part.thoughtSignature === 'string' && Object.keys(part).length === 1
    ? 'text'
    : kind
}

/** A text, a medium, or whatever else but calls and their results. @param part its names in camel case */
export const readPart = (part: JsonObject, path: string, reader: FieldReader): MessagePart | undefined => {
  switch (kindOf(part)) {
    case 'text':
    case 'thought':
      return withState(
        { type: 'text', text: reader.text(part, 'text', path) ?? '' },
        stateOf(part, ['text', 'thought']),
      )
    case 'inlineData':
      return readInline(part, path, reader)
    case 'fileData':
      return readFile(part, path, reader)
    default:
      return { type: 'text', text: '', vendorState: { gemini: part as ValueObject } }
  }
}

export const readThought = (part: JsonObject, path: string, reader: FieldReader): Reasoning => {
  const vendorState = stateOf(part, ['text', 'thought'])
  return { text: reader.text(part, 'text', path) ?? '', ...(vendorState && { vendorState }) }
}

const withState = (part: MessagePart, vendorState: VendorState | undefined): MessagePart =>
  vendorState ? { ...part, vendorState } : part

/** What is left beside these fields; a signature that was sealed by us is what was sealed. */
export const stateOf = (part: JsonObject, names: readonly string[]): VendorState | undefined => {
  const entries = Object.entries(part).filter(([name, value]) => value !== null && !names.includes(name))
  const { thoughtSignature, ...rest } = Object.fromEntries(entries) as ValueObject
  const signature = typeof thoughtSignature === 'string' ? thoughtSignature : undefined
  const isOurs = signature !== undefined && isSealed(signature)
  const own = { ...rest, ...(signature !== undefined && !isOurs && { thoughtSignature: signature }) }
  const state = {
    ...(isOurs && (openSeal(signature) as VendorState | undefined)),
    ...(Object.keys(own).length > 0 && { gemini: own }),
  }
  return Object.keys(state).length > 0 ? state : undefined
}

const kindOfMedia = (mimeType: string): 'image' | 'audio' | 'video' | 'document' => {
  const family = mimeType.split('/')[0]
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'document'
}

const readInline = (part: JsonObject, path: string, reader: FieldReader): MessagePart | undefined => {
  const place = at(path, 'inlineData')
  const given = reader.object(part, 'inlineData', path)
  if (!given) return undefined
  const data = withCamelNames(given)
  const mimeType = reader.requiredText(data, 'mimeType', place)
  const base64 = reader.requiredText(data, 'data', place)
  const filename = reader.text(data, 'displayName', place)
  return withState(
    {
      type: 'media',
      kind: kindOfMedia(mimeType),
      mimeType,
      // Google also writes base64 for addresses.
      data: { type: 'base64', base64: base64.replaceAll('-', '+').replaceAll('_', '/') },
      ...(filename !== undefined && { filename }),
    },
    stateOf(part, ['inlineData']),
  )
}

const readFile = (part: JsonObject, path: string, reader: FieldReader): MessagePart | undefined => {
  const place = at(path, 'fileData')
  const given = reader.object(part, 'fileData', path)
  if (!given) return undefined
  const data = withCamelNames(given)
  const url = reader.requiredText(data, 'fileUri', place)
  const mimeType = reader.text(data, 'mimeType', place) ?? 'application/octet-stream'
  const filename = reader.text(data, 'displayName', place)
  return withState(
    {
      type: 'media',
      kind: kindOfMedia(mimeType),
      mimeType,
      data: { type: 'url', url },
      ...(filename !== undefined && { filename }),
    },
    stateOf(part, ['fileData']),
  )
}
