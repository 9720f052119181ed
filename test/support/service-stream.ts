// A client of the Service API that reads the bytes themselves and refuses whatever is not framed exactly as promised.

export interface ServiceFrame {
  readonly event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into frames freely
  readonly [field: string]: any
}

export interface ServiceStream extends AsyncIterable<ServiceFrame>, AsyncDisposable {
  readonly headers: Headers
  /** Blocks as they came, pings included, without their blank lines. */
  readonly blocks: readonly string[]
  /** The next frame whose event is this. */
  until(event: string): Promise<ServiceFrame>
  /** Every frame that is still to come. */
  rest(): Promise<ServiceFrame[]>
  /** Hangs up. */
  leave(): void
}

export interface ServiceCall {
  readonly url: string
  readonly key: string
}

/** POST of a JSON body. */
export const post = ({ url, key }: ServiceCall, path: string, body: unknown, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })

const PING = 'event: ping'

export const openStream = (call: ServiceCall, path: string, body: object): Promise<ServiceStream> => {
  const hangUp = new AbortController()
  return toStream(post(call, path, { response_mode: 'streaming', ...body }, hangUp.signal), hangUp)
}

/** A GET of a stream. */
export const followStream = (
  { url, key }: ServiceCall,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ServiceStream> => {
  const hangUp = new AbortController()
  const request = { headers: { authorization: `Bearer ${key}`, ...headers }, signal: hangUp.signal }
  return toStream(fetch(`${url}${path}`, request), hangUp)
}

const toStream = async (call: Promise<Response>, hangUp: AbortController): Promise<ServiceStream> => {
  const response = await call
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
  const blocks: string[] = []
  const frames = readFrames(response, blocks)
  return {
    headers: response.headers,
    blocks,
    [Symbol.asyncIterator]: () => frames,
    async until(event) {
      for (;;) {
        const { value, done } = await frames.next()
        if (done) throw new Error(`the stream ended without ${event}`)
        if (value.event === event) return value
      }
    },
    async rest() {
      const list: ServiceFrame[] = []
      for await (const frame of frames) list.push(frame)
      return list
    },
    leave: () => hangUp.abort(),
    async [Symbol.asyncDispose]() {
      hangUp.abort()
    },
  }
}

async function* readFrames(response: Response, blocks: string[]): AsyncGenerator<ServiceFrame, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let open = ''
  let last = 0
  for await (const piece of response.body ?? []) {
    open += decoder.decode(piece, { stream: true })
    for (let at = open.indexOf('\n\n'); at >= 0; at = open.indexOf('\n\n')) {
      const block = open.slice(0, at)
      open = open.slice(at + 2)
      blocks.push(block)
      if (block === PING) continue
      const frame = toFrame(block)
      // Numbers of frames only ever grow.
      if (frame.sequence <= last) throw new Error(`frame ${frame.sequence} after ${last}`)
      last = frame.sequence ?? last
      yield frame
    }
  }
  if (open !== '') throw new Error(`the stream ends inside a block: ${open}`)
  return undefined
}

const toFrame = (block: string): ServiceFrame => {
  // Readers that resume get the number in a line of its own too.
  const [, id, data = ''] = /^(?:id: (\d+)\n)?data: (\{.*\})$/.exec(block) ?? []
  if (data === '') throw new Error(`not one data line: ${block}`)
  const frame: ServiceFrame = JSON.parse(data)
  if (id !== undefined && Number(id) !== frame.sequence) throw new Error(`the id line differs: ${block}`)
  return frame
}
