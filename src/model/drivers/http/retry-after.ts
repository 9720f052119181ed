// How long a vendor asks us to wait, from the headers it uses for that.

/** Longer waits are answers of another kind ("come back tomorrow"); callers cap them anyway. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000

/** Milliseconds to wait, undefined when no header says so. Sources: RFC 9110 §10.2.3 (seconds or a date), OpenAI's
 *  `retry-after-ms` and `x-ratelimit-reset-*` (`6m0s`, `20ms`), Anthropic's `anthropic-ratelimit-*-reset` (RFC 3339). */
export const readRetryAfter = (headers: Headers, nowMs: number): number | undefined => {
  const exact = readSeconds(headers.get('retry-after-ms'), 1)
  if (exact !== undefined) return exact
  const plain = headers.get('retry-after')
  if (plain !== null) return readSeconds(plain, 1000) ?? readDate(plain, nowMs)
  // Only an exhausted limit matters; the others report when they will be full again, which is no reason to wait.
  for (const kind of ['requests', 'tokens']) {
    if (headers.get(`x-ratelimit-remaining-${kind}`) === '0') {
      const wait = readDuration(headers.get(`x-ratelimit-reset-${kind}`) ?? '')
      if (wait !== undefined) return wait
    }
  }
  for (const kind of ['requests', 'input-tokens', 'output-tokens', 'tokens']) {
    if (headers.get(`anthropic-ratelimit-${kind}-remaining`) === '0') {
      const wait = readDate(headers.get(`anthropic-ratelimit-${kind}-reset`) ?? '', nowMs)
      if (wait !== undefined) return wait
    }
  }
  return undefined
}

const bound = (ms: number): number => Math.min(Math.max(0, Math.ceil(ms)), MAX_RETRY_AFTER_MS)

const readSeconds = (text: string | null, unitMs: number): number | undefined =>
  text !== null && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? bound(Number(text) * unitMs) : undefined

const readDate = (text: string, nowMs: number): number | undefined => {
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : bound(at - nowMs)
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Go's and protobuf's way to write durations: `1h2m`, `34.5s`, `20ms`. */
export const readDuration = (text: string): number | undefined => {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(text)) return undefined
  let ms = 0
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g))
    ms += Number(number) * (UNITS_MS[unit as string] as number)
  return bound(ms)
}
