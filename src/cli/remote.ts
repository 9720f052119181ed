// A running server as a backend: its management API over HTTP, as the account whose sign-in is saved.

import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../base/errors.ts'
import { createSseDecoder } from '../base/sse.ts'
import { createManagementClient, dataOf, type ManagementClient } from '../wire/client/client.ts'
import { ManagementError, toManagementError } from '../wire/client/errors.ts'
import { createTokenSender, type SendRequest } from '../wire/client/tokens.ts'
import { type Backend, isOver, type NodeEntry, type RunDetail, toEntries } from './backend.ts'
import { type Credentials, openCredentials } from './credentials.ts'
import { CommandError, EXIT } from './output.ts'

/** The address under which a sign-in is saved.  @throws CommandError */
export const readServerUrl = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new CommandError(`${text} is not the address of a server, such as http://127.0.0.1:3210.`)
  }
  return url.href.replace(/\/+$/, '')
}

/** @throws CommandError when nobody answers at this address */
const sendOverHttp: SendRequest = async (request) => {
  try {
    return await fetch(request)
  } catch (error) {
    if (request.signal.aborted) throw error
    const { cause } = error as { readonly cause?: unknown }
    throw new UnreachableError(
      `The server at ${new URL(request.url).origin} cannot be reached: ${reasonOf(cause ?? error)}`,
    )
  }
}

class UnreachableError extends CommandError {
  constructor(message: string) {
    super(message, EXIT.failed)
  }
}

const reasonOf = (cause: unknown): string =>
  messageOf(cause) || (cause as NodeJS.ErrnoException).code || 'the connection broke'

/** For calls before anyone has signed in. */
export const createAnonymousClient = (url: string): ManagementClient =>
  createManagementClient({ baseUrl: url, fetch: sendOverHttp })

export const createRemoteBackend = (url: string, credentials: Credentials = openCredentials()): Backend => {
  if (!credentials.find(url)) {
    throw new CommandError(`You are not signed in to ${url}. Sign in first: heddle login --url ${url}`)
  }
  const send = createTokenSender({ baseUrl: url, fetch: sendOverHttp, tokens: credentials.tokensFor(url) })
  const api = createManagementClient({ baseUrl: url, fetch: send })
  return { place: url, api, follow: (runId, signal) => followRun({ url, send, api, runId, signal }) }
}

interface Following {
  readonly url: string
  readonly send: SendRequest
  readonly api: ManagementClient
  readonly runId: string
  readonly signal: AbortSignal
}

const RECONNECT_MS = 1_000
/** Without a single event between them. */
const MAX_RECONNECTS = 60

async function* followRun(following: Following): AsyncGenerator<NodeEntry, void, void> {
  const { signal } = following
  /** How many ends of each node were told. */
  const told = new Map<string, number>()
  let last: number | undefined
  for (let cuts = 0; !signal.aborted; cuts++) {
    try {
      for await (const frame of readFrames(following, last)) {
        cuts = 0
        if (typeof frame.sequence === 'number') last = frame.sequence
        const entry = toNodeEntry(following.runId, frame)
        if (!entry) continue
        told.set(entry.nodeId, (told.get(entry.nodeId) ?? 0) + 1)
        yield entry
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ManagementError || cuts >= MAX_RECONNECTS) throw error
    }
    const run = await readRun(following)
    if (run && isOver(run)) return yield* untold(run, told)
    await delay(RECONNECT_MS, undefined, { signal }).catch(() => {})
  }
}

/** Undefined while nobody answers: the next connection shows whether it is worth waiting. */
const readRun = async ({ api, runId }: Following): Promise<RunDetail | undefined> => {
  try {
    return await dataOf(api.GET('/api/runs/{run_id}', { params: { path: { run_id: runId } } }))
  } catch (error) {
    if (error instanceof UnreachableError) return undefined
    throw error
  }
}

/** What happened while nobody listened: of a run that is over, the server streams its end alone. */
const untold = (run: RunDetail, told: Map<string, number>): readonly NodeEntry[] =>
  toEntries(run).filter(({ nodeId }) => {
    const left = told.get(nodeId) ?? 0
    told.set(nodeId, left - 1)
    return left <= 0
  })

interface EventFrame {
  readonly event?: unknown
  readonly sequence?: unknown
  readonly data?: Readonly<Record<string, unknown>>
}

async function* readFrames({ url, send, runId, signal }: Following, last?: number): AsyncGenerator<EventFrame> {
  const address = new URL(`${url}/api/runs/${encodeURIComponent(runId)}/events`)
  if (last !== undefined) address.searchParams.set('last_event_id', String(last))
  const response = await send(new Request(address, { headers: { accept: 'text/event-stream' }, signal }))
  if (!response.ok) throw toManagementError(response, await response.json().catch(() => undefined))
  const decoder = createSseDecoder()
  for await (const bytes of response.body ?? []) yield* decoder.push(bytes as Uint8Array).flatMap(toFrame)
}

/** Pings have no data. */
const toFrame = ({ data }: { readonly data: string }): readonly EventFrame[] => {
  const frame: unknown = JSON.parse(data)
  return typeof frame === 'object' && frame !== null ? [frame as EventFrame] : []
}

const NODE_ENDS: ReadonlySet<unknown> = new Set(['node_finished', 'iteration_completed', 'loop_completed'])

const toNodeEntry = (runId: string, { event, data }: EventFrame): NodeEntry | undefined => {
  if (!NODE_ENDS.has(event) || !data) return undefined
  const text = (name: string): string => (typeof data[name] === 'string' ? data[name] : '')
  return {
    type: 'node',
    runId,
    nodeId: text('node_id'),
    nodeType: text('node_type'),
    title: text('title'),
    status: text('status'),
    error: text('error') || null,
    elapsedMs: typeof data.elapsed_time === 'number' ? data.elapsed_time * 1_000 : null,
  }
}
