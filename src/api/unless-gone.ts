// Work for a client that may leave before it has its answer.

import type { FastifyReply } from 'fastify'

/** Ends the work when the client leaves before it has its answer; then nobody is told how the work ended. */
export const unlessGone = async <T>(
  reply: FastifyReply,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> => {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new DOMException('The client has left.', 'AbortError'))
  })
  try {
    return await work(controller.signal)
  } catch (error) {
    if (!controller.signal.aborted) throw error
    reply.hijack()
    return undefined
  }
}
