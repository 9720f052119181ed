// What the trace shows of a request: the text that went out, credentials masked.

import { MASK } from '../../base/text-mask.ts'
import type { Body } from './body.ts'
import type { RequestHead } from './request.ts'

/** Characters of a body worth keeping. */
const MAX_BODY = 10_000
export const traceRequest = (
  method: string,
  head: RequestHead,
  headers: ReadonlyMap<string, string>,
  body: Body,
): string => {
  const lines = [`${method} ${head.url.pathname}${head.url.search} HTTP/1.1`, `Host: ${head.url.host}`]
  for (const [name, value] of headers) {
    lines.push(`${name}: ${name.toLowerCase() === head.secretHeader?.toLowerCase() ? MASK : value}`)
  }
  const text = body.trace.length > MAX_BODY ? `${body.trace.slice(0, MAX_BODY)}…` : body.trace
  return `${lines.join('\r\n')}\r\n\r\n${text}`
}
