// Addresses of this protocol: the model and what is asked of it stand in the path.

export type GeminiAction =
  | 'generateContent'
  | 'streamGenerateContent'
  | 'countTokens'
  | 'embedContent'
  | 'batchEmbedContents'

export interface GeminiAddress {
  readonly model: string
  readonly action: GeminiAction
  /** Of a stream: `alt=sse`, or a list of JSON. */
  readonly framing: 'sse' | 'list'
}

const ACTIONS: ReadonlySet<string> = new Set<GeminiAction>([
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'embedContent',
  'batchEmbedContents',
])

/** @param url path and query, e.g. `/v1beta/models/acme/large:streamGenerateContent?alt=sse`; slashes may be encoded
 *  @returns undefined for addresses that are none of these */
export const readGeminiAddress = (url: string): GeminiAddress | undefined => {
  const [path = '', query = ''] = url.split('?', 2)
  const found = /^\/v1(?:beta|alpha)?\/models\/(.+):([A-Za-z]+)$/.exec(path)
  const model = found && decoded(found[1] ?? '')
  const action = found?.[2] ?? ''
  if (!model || !ACTIONS.has(action)) return undefined
  const framing = new URLSearchParams(query).get('alt') === 'sse' ? 'sse' : 'list'
  return { model, action: action as GeminiAction, framing }
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
