// JSON text of which there is one for each value: keys in order, no spaces, `1.0` is `1`. For keys, not for reading back.

import { createHash } from 'node:crypto'
import { Float } from '../../base/number.ts'
import { Opaque } from '../../base/value.ts'

/** Properties that are undefined count as absent. The order of lists is kept, that of properties is not. */
export const canonicalJson = (value: unknown): string => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `"${value}"`
  if (value instanceof Float) return canonicalJson(value.value)
  if (value instanceof Opaque) return canonicalJson(value.toObject())
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const pairs: string[] = []
  for (const key of Object.keys(value).sort()) {
    const item = (value as Record<string, unknown>)[key]
    if (item !== undefined) pairs.push(`${JSON.stringify(key)}:${canonicalJson(item)}`)
  }
  return `{${pairs.join(',')}}`
}

/** SHA-256, hex. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')
