// Which surface an address belongs to, also where no route was found: it says in whose words calls that fail are answered.

export type Surface = 'service' | 'management' | 'openai' | 'anthropic' | 'gemini'

interface Row {
  readonly surface: Surface
  readonly path: RegExp
  /** Absent: whatever the method. */
  readonly method?: string
}

/** The first that fits. Slashes too many are forgiven, as by the router. */
const ROWS: readonly Row[] = [
  { surface: 'management', path: /^\/+api(?:[/?]|$)/ },
  // The Service API reads messages at the address where Anthropic's callers write them.
  { surface: 'anthropic', path: /^\/+v1\/+messages(?:\/+count_tokens)?\/*(?:\?|$)/, method: 'POST' },
  { surface: 'gemini', path: /^\/+v1beta(?:[/?]|$)/ },
  { surface: 'openai', path: /^\/+v1\/+chat\/+completions(?:[/?]|$)/ },
  { surface: 'openai', path: /^\/+v1\/+(?:responses|embeddings|moderations|rerank|models|gateway)(?:[/?]|$)/ },
  { surface: 'openai', path: /^\/+v1\/+audio\// },
]

export const surfaceOf = (method: string, url: string): Surface =>
  ROWS.find((row) => row.path.test(url) && (row.method === undefined || row.method === method))?.surface ?? 'service'
