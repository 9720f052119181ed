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
}

export interface Probe {
  /** `METHOD /path` of the table of access. */
  readonly route: string
  readonly secret: string | undefined
  readonly filled: Filled
  /** What cannot be read in place of the body; HEAD in place of GET. */
  readonly broken?: boolean
}

const MASKED = ['date', 'x-request-id', 'keep-alive', 'connection']

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
    return { answer: { status: response.status, headers, body: mask(text) }, request: words }
  }

const bodyOf = (method: string, { broken }: Probe, body: object | undefined, form: FormData | undefined) => {
  if (method === 'GET') return undefined
  if (broken) return '{"broken":'
  return form ?? (body && JSON.stringify(body))
}

const mask = (text: string): string =>
  text
    .replace(/"requestId":"req_[0-9a-f-]{36}"/, '"requestId":"req_…"')
    .replace(/"lastUsedAt":(?:"[^"]*"|null)/g, '"lastUsedAt":…')

/** What an answer says that it must not: the other tenant's mark, or ids of the other tenant that the request did not name. */
export const leaksOf = (
  { answer, request }: Sent,
  foreign: { readonly mark: string; readonly ids: ReadonlySet<string> },
): readonly string[] => {
  const text = `${JSON.stringify(answer.headers)}${answer.body}`
  const named = new Set(uuidsIn(request))
  const ids = uuidsIn(text).filter((id) => foreign.ids.has(id) && !named.has(id))
  return text.includes(foreign.mark) ? [foreign.mark, ...ids] : ids
}
