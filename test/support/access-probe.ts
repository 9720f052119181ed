// Sends what a row of the matrix says, and keeps every answer whole, so that two can be compared byte for byte.

import type { Filled } from './access-cases.ts'
import { uuidsIn } from './table-dump.ts'

export interface Answer {
  readonly status: number
  /** Without the date and the number of the request. */
  readonly headers: Readonly<Record<string, string>>
  /** Numbers of requests and times of last use masked. */
  readonly body: string
}

export interface Sent {
  readonly answer: Answer
  /** The request in words, for messages and for what it named itself. */
  readonly request: string
  /** The texts of its query and its body. */
  readonly said: readonly string[]
}

export interface Probe {
  /** `METHOD /path` of the table of access. */
  readonly route: string
  readonly secret: string | undefined
  readonly filled: Filled
  /** What cannot be read in place of the body; HEAD in place of GET. */
  readonly broken?: boolean
}

const MASKED = ['date', 'x-request-id', 'request-id', 'keep-alive', 'connection']

export const createProbe =
  (url: string) =>
  async (probe: Probe): Promise<Sent> => {
    const [method = '', path = ''] = probe.route.split(' ')
    const { params = {}, query = {}, body, form } = probe.filled
    const address = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
    const search = new URLSearchParams(query)
    const sent = bodyOf(method, probe, body, form)
    const response = await fetch(`${url}${address}?${search}`, {
      method: probe.broken && method === 'GET' ? 'HEAD' : method,
      headers: {
        ...(probe.secret !== undefined && { authorization: `Bearer ${probe.secret}` }),
        ...(typeof sent === 'string' && { 'content-type': 'application/json' }),
      },
      ...(sent !== undefined && { body: sent }),
    })
    const text = await response.text()
    const headers = Object.fromEntries([...response.headers].filter(([name]) => !MASKED.includes(name)))
    const words = [`${method} ${address}?${search}`, typeof sent === 'string' ? sent : ''].join(' ')
    const answer = { status: response.status, headers, body: mask(text) }
    return { answer, request: words, said: textsIn({ query, body }) }
  }

const bodyOf = (method: string, { broken }: Probe, body: object | undefined, form: FormData | undefined) => {
  if (method === 'GET') return undefined
  if (broken) return '{"broken":'
  return form ?? (body && JSON.stringify(body))
}

const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value === '' ? [] : [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

const withoutSaid = (text: string, said: readonly string[]): string =>
  [...said].sort((a, b) => b.length - a.length).reduce((rest, one) => rest.replaceAll(one, '…'), text)

/** What of an answer does not depend on what was made, nor on what the request said: without ids, secrets, times, and the length
 *  that follows from them. */
export const withoutMade = ({ answer, said }: Sent): Answer => {
  const { 'content-length': _, ...headers } = answer.headers
  const body = withoutSaid(answer.body, said)
    .replace(/\b[a-z]+_[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id…')
    .replace(/"[a-z]+-[\w-]{100,}"/g, '"secret…"')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"time…"')
  return { ...answer, headers, body }
}

const mask = (text: string): string =>
  text
    .replace(/"(requestId|request_id)":"req_[0-9a-f-]{36}"/, '"$1":"req_…"')
    .replace(/"lastUsedAt":(?:"[^"]*"|null)/g, '"lastUsedAt":…')

/** What an answer says that it must not: the other tenant's mark, or ids of the other tenant that the request did not name. */
export const leaksOf = (
  { answer, request, said }: Sent,
  foreign: { readonly mark: string; readonly ids: ReadonlySet<string> },
): readonly string[] => {
  // What the request itself said is no news to whoever sent it.
  const text = withoutSaid(`${JSON.stringify(answer.headers)}${answer.body}`, said)
  const named = new Set(uuidsIn(request))
  const ids = uuidsIn(text).filter((id) => foreign.ids.has(id) && !named.has(id))
  return text.includes(foreign.mark) ? [foreign.mark, ...ids] : ids
}
