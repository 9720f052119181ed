// Bodies of outgoing requests by the type the settings name.
//
// B1  JSON is parsed and written anew, so what leaves is well-formed; malformed text is mended first.
// B2  The boundary of a form is ours, so a Content-Type given for a form is replaced.

import { JsonSyntaxError, stringifyJson } from '../../base/json.ts'
import { isList } from '../../base/value.ts'
import { FileValue } from '../../flow/file.ts'
import type { NodeContext, Selector } from '../../flow/spec.ts'
import { parseTemplate, renderTemplate, type Template } from '../../flow/template.ts'
import { parseLenientJson } from '../drivers/json-repair.ts'
import { NodeError } from '../errors.ts'
import { readFile } from '../model/media.ts'
import type { NodeServices } from '../spec.ts'
import { encodeMultipart, type FormPart } from './multipart.ts'
import type { BodySettings } from './settings.ts'

export interface Body {
  readonly bytes: Uint8Array | undefined
  readonly contentType?: string
  /** True when a Content-Type of the user must give way. */
  readonly replacesContentType?: boolean
  /** The body for the trace; files are named, not shown. */
  readonly trace: string
}

export interface BodyPlan {
  readonly selectors: readonly Selector[]
  /** @throws NodeError `node/http-body`, `node/file-unavailable` */
  build(context: NodeContext<NodeServices>): Body | Promise<Body>
}

interface CompiledItem {
  readonly key: Template
  readonly value: Template
  readonly type: 'text' | 'file'
  readonly file: Selector
}

const EMPTY: Body = { bytes: undefined, trace: '' }

export const planBody = (settings: BodySettings): BodyPlan => {
  const items = settings.data.map(
    (item): CompiledItem => ({
      ...item,
      key: parseTemplate(item.key),
      value: parseTemplate(item.value),
    }),
  )
  const selectors = items.flatMap((item) => [...item.key.selectors, ...item.value.selectors])
  return { selectors, build: (context) => builders[settings.type](items, context) }
}

type Builder = (items: readonly CompiledItem[], context: NodeContext<NodeServices>) => Body | Promise<Body>

const buildText: Builder = (items, context) => {
  const text = renderTemplate(onlyItem(items, 'raw-text').value, context.get)
  return { bytes: Buffer.from(text), contentType: 'text/plain', trace: text }
}

const buildJson: Builder = (items, context) => {
  const text = renderTemplate(onlyItem(items, 'json').value, context.get)
  const json = reencode(text)
  return { bytes: Buffer.from(json), contentType: 'application/json', trace: json }
}

const buildUrlencoded: Builder = (items, context) => {
  const pairs = items.map((item) => [renderTemplate(item.key, context.get), renderTemplate(item.value, context.get)])
  const text = new URLSearchParams(pairs as [string, string][]).toString()
  return { bytes: Buffer.from(text), contentType: 'application/x-www-form-urlencoded', trace: text }
}

const buildForm: Builder = async (items, context) => {
  const parts: FormPart[] = []
  for (const item of items) {
    const name = renderTemplate(item.key, context.get)
    if (item.type === 'text') {
      parts.push({ name, content: Buffer.from(renderTemplate(item.value, context.get)) })
      continue
    }
    for (const file of filesAt(item.file, context)) parts.push(await filePart(name, file, context))
  }
  // Servers refuse a form without any part.
  if (parts.length === 0) parts.push({ name: '__multipart_placeholder__', content: new Uint8Array() })
  const boundary = `----${context.ids.next('form').replace(/[^a-z0-9]/gi, '')}`
  return {
    bytes: encodeMultipart(parts, boundary),
    contentType: `multipart/form-data; boundary=${boundary}`,
    replacesContentType: true,
    trace: parts
      .map((part) => `${part.name}=${part.file?.filename ?? Buffer.from(part.content).toString()}`)
      .join('\n'),
  }
}

const buildBinary: Builder = async (items, context) => {
  const { file: selector } = onlyItem(items, 'binary')
  const [file] = filesAt(selector, context)
  if (file === undefined) throw bodyError(`${selector.join('.')} holds no file`)
  const { bytes } = await readFile(file, context)
  return { bytes, trace: `(${bytes.byteLength} bytes of ${file.fields.filename ?? 'a file'})` }
}

const builders: Readonly<Record<BodySettings['type'], Builder>> = {
  none: () => EMPTY,
  'raw-text': buildText,
  json: buildJson,
  'x-www-form-urlencoded': buildUrlencoded,
  'form-data': buildForm,
  binary: buildBinary,
}

const bodyError = (reason: string): NodeError => new NodeError('node/http-body', { details: { reason } })

const onlyItem = (items: readonly CompiledItem[], type: string): CompiledItem => {
  const [item] = items
  if (item === undefined || items.length !== 1)
    throw bodyError(`a ${type} body has exactly one item, not ${items.length}`)
  return item
}

const reencode = (text: string): string => {
  try {
    return stringifyJson(parseLenientJson(text))
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw bodyError(`it is no JSON: ${error.message}`)
  }
}

/** The files of a variable; nothing when it was never set or is null. */
const filesAt = (selector: Selector, context: NodeContext<NodeServices>): readonly FileValue[] => {
  const value = context.get(selector)
  if (value === undefined || value === null) return []
  const list = isList(value) ? value : [value]
  return list.map((file) => {
    if (file instanceof FileValue) return file
    throw bodyError(`${selector.join('.')} is neither a file nor a list of files`)
  })
}

const filePart = async (name: string, file: FileValue, context: NodeContext<NodeServices>): Promise<FormPart> => {
  const { bytes, mimeType } = await readFile(file, context)
  return {
    name,
    content: bytes,
    file: { filename: file.fields.filename ?? 'file', mimeType: mimeType || 'application/octet-stream' },
  }
}
