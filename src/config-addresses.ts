// Addresses in the configuration that may hold secrets: which are taken, and how they look in logs.

import { z } from 'zod'

export const MASK = '***'

const SCHEMA = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/
const schemaOf = (url: string): string =>
  (URL.canParse(url) ? new URL(url).searchParams.get('schema') : null) ?? 'public'

/** Of a PostgreSQL database; `?schema=` may name a schema. */
export const postgresAddress = z
  .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres or postgresql address' })
  .refine((url) => SCHEMA.test(schemaOf(url)), { error: 'must name its schema with letters, digits and _' })

/** Credentials and parameters hidden. */
export const maskAddress = (text: string): string => {
  const url = new URL(text)
  if (url.username !== '') url.username = MASK
  if (url.password !== '') url.password = MASK
  for (const key of [...url.searchParams.keys()]) url.searchParams.set(key, MASK)
  return url.href
}
