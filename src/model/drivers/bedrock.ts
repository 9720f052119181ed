// Amazon Bedrock: models of many makers behind one API. Calls are signed, or carry a key of Bedrock's own.

import type { ModelProvider } from '../spec.ts'
import { bedrockEmbedding } from './bedrock/embedding.ts'
import { readBedrockError } from './bedrock/errors.ts'
import { createSigner } from './bedrock/signature.ts'
import { bedrockWire } from './bedrock/wire.ts'
import { type HttpProviderOptions, type ModelSeams, openConnection } from './http/connection.ts'
import { pingAt } from './http/ping.ts'
import { createHttpProvider } from './http/provider.ts'

/** With an `apiKey`, a bearer token of Bedrock, nothing is signed. */
export interface BedrockOptions extends HttpProviderOptions {
  /** E.g. `eu-central-1`. */
  readonly region: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  /** Of temporary credentials. */
  readonly sessionToken?: string
}

export const createBedrockProvider = (options: BedrockOptions, seams: ModelSeams): ModelProvider => {
  const { region } = options
  const apiKey = options.apiKey?.trim()
  const accessKeyId = options.accessKeyId?.trim()
  const secretAccessKey = options.secretAccessKey?.trim()
  const sessionToken = options.sessionToken?.trim()
  const sign =
    apiKey === undefined && accessKeyId !== undefined && secretAccessKey !== undefined
      ? createSigner({ accessKeyId, secretAccessKey, sessionToken, region }, seams)
      : undefined
  const open = (baseUrl: string) =>
    openConnection(
      { ...options, baseUrl, secrets: [secretAccessKey, sessionToken], ...(sign && { sign }) },
      { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
      seams,
    )
  const provider = createHttpProvider({
    type: 'bedrock',
    family: 'bedrock',
    wire: bedrockWire,
    connection: open(options.baseUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`),
    options,
    features: ['tools', 'structured-output', 'vision', 'document'],
    pingPath: '',
    embedding: bedrockEmbedding,
  })
  // The models are listed elsewhere.
  const control = open(options.baseUrl ?? `https://bedrock.${region}.amazonaws.com`)
  const path = '/foundation-models?byOutputModality=EMBEDDING'
  return { ...provider, ping: (signal) => pingAt(control, { path, readError: readBedrockError }, signal) }
}
