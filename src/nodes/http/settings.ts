// The settings of an http-request node as app files have them, old spellings included.

import { z } from 'zod'
import { numberField, selectorField } from '../define.ts'

export const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'] as const

const textField = z
  .string()
  .nullish()
  .transform((text) => text ?? '')

const authorizationField = z.discriminatedUnion('type', [
  z.object({ type: z.literal('no-auth') }),
  z.object({
    type: z.literal('api-key'),
    config: z.object({
      type: z.enum(['basic', 'bearer', 'custom']),
      api_key: textField,
      header: z
        .string()
        .nullish()
        .transform((name) => name?.trim() || 'Authorization'),
    }),
  }),
])

const bodyItemField = z.object({
  key: textField,
  type: z
    .string()
    .nullish()
    .transform((type) => (type === 'file' ? ('file' as const) : ('text' as const))),
  value: textField,
  file: selectorField,
})
export type BodyItem = z.output<typeof bodyItemField>

const bodyField = z
  .object({
    type: z.enum(['none', 'raw-text', 'json', 'x-www-form-urlencoded', 'form-data', 'binary']),
    // Old files hold the text itself.
    data: z
      .union([z.string(), z.array(bodyItemField)])
      .nullish()
      .transform((data): readonly BodyItem[] => {
        if (typeof data === 'string') return data === '' ? [] : [{ key: '', type: 'text', value: data, file: [] }]
        return data ?? []
      }),
  })
  .nullish()
  .transform((body) => body ?? { type: 'none' as const, data: [] as readonly BodyItem[] })
export type BodySettings = z.output<typeof bodyField>

/** Seconds, given as 0 or not at all: the default. */
const DEFAULT_CONNECT_SECONDS = 10
const DEFAULT_READ_SECONDS = 600

export const httpSettings = z.object({
  method: z
    .string()
    .transform((method) => method.toLowerCase())
    .pipe(z.enum(METHODS)),
  url: z.string(),
  authorization: authorizationField
    .nullish()
    .transform((authorization) => authorization ?? { type: 'no-auth' as const }),
  headers: textField,
  params: textField,
  body: bodyField,
  timeout: z
    .object({ connect: numberField.nullish(), read: numberField.nullish() })
    .nullish()
    .transform((timeout) => ({
      connectTimeoutMs: (timeout?.connect || DEFAULT_CONNECT_SECONDS) * 1000,
      readTimeoutMs: (timeout?.read || DEFAULT_READ_SECONDS) * 1000,
    })),
  ssl_verify: z
    .boolean()
    .nullish()
    .transform((verify) => verify ?? true),
  error_strategy: z.string().nullish(),
  retry_config: z.object({ retry_enabled: z.boolean().nullish() }).nullish(),
})
export type HttpSettings = z.output<typeof httpSettings>
