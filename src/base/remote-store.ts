// A store that may be away: asked only while it answers, and never waited for longer than the limit.
//
// R1  A store that is too slow counts as away: the connection is made anew, and nothing is asked of it until it answers again.
//     What was asked in vain is dropped, never sent again later.
// R2  Whoever keeps the log hears once that the store is away and once that it is back.

import { type Clock, nextTurn } from './seams.ts'

/** What this has to know of a client. */
export interface RemoteClient {
  on(event: 'ready' | 'error' | 'close', listener: (error?: unknown) => void): unknown
  connect(): Promise<unknown>
  /** @param reconnect true: only to make the connection anew */
  disconnect(reconnect?: boolean): void
}

export interface RemoteStoreOptions {
  readonly clock: Pick<Clock, 'after'>
  /** Longest wait for one answer. Milliseconds. */
  readonly limitMs: number
  readonly lost: (reason: unknown) => void
  readonly back: () => void
}

export interface RemoteStore {
  isReady(): boolean
  /** The answer, or a refusal within the limit. @param late is given what comes afterwards */
  ask<T>(question: () => Promise<T>, late?: (answer: T) => void): Promise<T>
  close(): void
}

/** Connects in the background. */
export const watchRemoteStore = (client: RemoteClient, options: RemoteStoreOptions): RemoteStore => {
  const { clock, limitMs, lost, back } = options
  let ready = false
  let away = false
  let closed = false
  const lose = (reason: unknown): void => {
    ready = false
    if (away || closed) return
    away = true
    lost(reason)
  }
  client.on('ready', () => {
    ready = true
    if (away) back()
    away = false
  })
  client.on('error', lose)
  client.on('close', () => lose(new Error('the connection ended')))
  // A failure is also told as an event.
  client.connect().catch(() => {})

  return {
    isReady: () => ready,
    async ask(question, late) {
      if (!ready) throw new Error('the store is away')
      const answer = question()
      let over = false
      let cancel: (() => void) | undefined
      const limit = new Promise<never>((_, reject) => {
        // After a pause of this process the timer comes before what has arrived meanwhile; that may still be read.
        const giveUp = () => {
          if (over) return
          over = true
          if (late) answer.then(late, () => {})
          const error = new Error(`no answer within ${limitMs} ms`)
          lose(error)
          client.disconnect(true)
          reject(error)
        }
        cancel = clock.after(limitMs, () => void nextTurn().then(giveUp))
      })
      try {
        return await Promise.race([answer, limit])
      } finally {
        over = true
        cancel?.()
        // What still comes of it is nobody's business, unless somebody asked for it.
        answer.catch(() => {})
      }
    },
    close() {
      closed = true
      ready = false
      client.disconnect()
    },
  }
}
