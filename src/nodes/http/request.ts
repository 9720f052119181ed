// Builds the request of an http-request node: address, headers, authorization, body. Nothing is sent here.
//
// Headers are rendered first and then split into lines; query parameters are split first, so that a value may hold
// line breaks. A later header of the same name wins; query parameters may repeat.

import type { Selector } from '../../flow/spec.ts'
import { type Lookup, parseTemplate, renderTemplate, type Template } from '../../flow/template.ts'
import { NodeError } from '../errors.ts'
import type { HttpSettings } from './settings.ts'

export interface RequestHead {
  readonly url: URL
  /** Names as written; unique whatever their case. */
  readonly headers: ReadonlyMap<string, string>
  /** Header that carries the credentials, as written. */
  readonly secretHeader: string | undefined
}

export interface RequestPlan {
  /** Every variable of the head, for the trace and for masking. */
  readonly selectors: readonly Selector[]
  /** @throws NodeError `node/http-url`, `node/http-authorization` */
  build(get: Lookup): RequestHead
}

export const planRequest = (settings: HttpSettings): RequestPlan => {
  const url = parseTemplate(settings.url)
  const headers = parseTemplate(settings.headers)
  const params = splitPairs(settings.params).map(([key, value]) => [parseTemplate(key), parseTemplate(value)] as const)
  const { authorization } = settings
  const key = authorization.type === 'api-key' ? parseTemplate(authorization.config.api_key) : undefined
  const templates: readonly Template[] = [url, headers, ...params.flat(), ...(key === undefined ? [] : [key])]
  return {
    selectors: templates.flatMap((template) => template.selectors),
    build(get) {
      const target = parseUrl(renderTemplate(url, get))
      for (const [name, value] of params) {
        target.searchParams.append(renderTemplate(name, get), renderTemplate(value, get))
      }
      const table = new HeaderTable()
      for (const [name, value] of splitPairs(renderTemplate(headers, get))) table.set(name, value)
      if (authorization.type === 'no-auth' || key === undefined) {
        return { url: target, headers: table.entries(), secretHeader: undefined }
      }
      const { type, header } = authorization.config
      table.set(header, credentials(type, renderTemplate(key, get)))
      return { url: target, headers: table.entries(), secretHeader: header }
    },
  }
}

/** `key: value` lines; the first colon splits, blank lines and lines without a key are left out. */
export const splitPairs = (text: string): readonly (readonly [string, string])[] =>
  text.split(/\r\n|\r|\n/).flatMap((line) => {
    const colon = line.indexOf(':')
    const key = (colon === -1 ? line : line.slice(0, colon)).trim()
    return key === '' ? [] : [[key, colon === -1 ? '' : line.slice(colon + 1).trim()] as const]
  })

const parseUrl = (text: string): URL => {
  const trimmed = text.trim()
  const url = /^https?:\/\//i.test(trimmed) && URL.canParse(trimmed) ? new URL(trimmed) : undefined
  if (url === undefined) throw new NodeError('node/http-url', { details: { url: trimmed.slice(0, 200) } })
  return url
}

const credentials = (type: 'basic' | 'bearer' | 'custom', key: string): string => {
  if (key.trim() === '') throw new NodeError('node/http-authorization', { details: { reason: 'the key is empty' } })
  switch (type) {
    case 'bearer':
      return `Bearer ${key}`
    case 'basic':
      // A key without a colon is taken for one that is encoded already.
      return `Basic ${key.includes(':') ? Buffer.from(key).toString('base64') : key}`
    case 'custom':
      return key
  }
}

/** Headers by name without regard to case; the last writing and its spelling win. */
export class HeaderTable {
  readonly #entries = new Map<string, readonly [string, string]>()

  set(name: string, value: string): void {
    this.#entries.set(name.toLowerCase(), [name, value])
  }

  entries(): ReadonlyMap<string, string> {
    return new Map(this.#entries.values())
  }
}
