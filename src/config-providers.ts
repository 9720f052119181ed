// The providers' part of the configuration: one account or server each, by the type of its API.

import { z } from 'zod'
import { MODEL_KINDS } from './config-models.ts'
import { count, milliseconds } from './config-values.ts'

export const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be a name of letters, digits, dots and dashes')
export const address = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

const features = z.enum(['tools', 'structured-output', 'vision', 'audio', 'video', 'document', 'reasoning'])
const model = z.union([
  z.string().min(1),
  z.strictObject({
    name: z.string().min(1),
    kind: z.enum(MODEL_KINDS).exactOptional(),
    voice: z.string().min(1).exactOptional(),
    features: z.array(features).exactOptional(),
    contextTokens: count(1, 100_000_000).exactOptional(),
  }),
])
const secret = z.string().min(1)
const account = {
  baseUrl: address.exactOptional(),
  apiKey: secret.exactOptional(),
  /** Several keys of one provider, in place of `apiKey`. */
  apiKeys: z.array(secret).min(1).max(100).exactOptional(),
  headers: z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), z.string()).exactOptional(),
  /** Serve exactly these; without a list every name is tried. */
  models: z.array(model).exactOptional(),
  connectTimeoutMs: milliseconds().exactOptional(),
  idleTimeoutMs: milliseconds().exactOptional(),
  answerTimeoutMs: milliseconds().exactOptional(),
}
const api = z.enum(['chat', 'responses'])
const openAi = {
  api: api.exactOptional(),
  embeddings: z.enum(['openai', 'cohere']).exactOptional(),
  extraParameters: z.array(z.string()).exactOptional(),
}
export const provider = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('openai-compatible'), ...account, ...openAi }),
  z.strictObject({ type: z.literal('openai'), ...account, ...openAi }),
  z.strictObject({
    type: z.literal('azure'),
    ...account,
    baseUrl: address,
    apiVersion: z.string().min(1).exactOptional(),
    api: api.exactOptional(),
  }),
  z.strictObject({
    type: z.literal('anthropic'),
    ...account,
    defaultMaxTokens: count(1, 10_000_000).exactOptional(),
  }),
  z.strictObject({ type: z.literal('gemini'), ...account }),
  z.strictObject({
    type: z.literal('bedrock'),
    ...account,
    region: z.string().regex(/^[a-z0-9-]+$/, 'must be a region such as eu-central-1'),
    accessKeyId: secret.exactOptional(),
    secretAccessKey: secret.exactOptional(),
    sessionToken: secret.exactOptional(),
  }),
  z.strictObject({ type: z.literal('ollama'), ...account }),
  z.strictObject({ type: z.literal('local'), models: z.array(model).exactOptional() }),
])

export type ProviderConfig = z.output<typeof provider>

/** What the schema cannot say: keys that exclude each other, or belong together. */
export const checkProviders = (
  providers: Readonly<Record<string, ProviderConfig>>,
  report: (path: string, reason: string) => void,
): void => {
  for (const [providerName, options] of Object.entries(providers)) {
    if (options.type === 'local') continue
    const path = `providers.${providerName}`
    if (options.apiKey !== undefined && options.apiKeys !== undefined) {
      report(`${path}.apiKeys`, 'There is an apiKey, too. Give one or the other.')
    }
    if (options.type === 'bedrock' && (options.accessKeyId === undefined) !== (options.secretAccessKey === undefined)) {
      report(path, 'accessKeyId and secretAccessKey belong together.')
    }
  }
}
