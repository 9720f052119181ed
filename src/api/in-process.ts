// Calls the server without a port: requests of this very process.

import type { HttpServer } from './server.ts'

/** Answers arrive whole: not for streams. */
export const createInProcessFetch =
  (server: HttpServer) =>
  async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url)
    const answer = await server.inject({
      // Requests are made with the methods of our operations.
      method: request.method as 'GET',
      url: pathname + search,
      headers: Object.fromEntries(request.headers),
      ...(request.body && { payload: Buffer.from(await request.arrayBuffer()) }),
    })
    const headers = new Headers()
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const one of [value ?? []].flat()) headers.append(name, String(one))
    }
    const isEmpty = answer.statusCode === 204 || answer.statusCode === 304
    return new Response(isEmpty ? null : new Uint8Array(answer.rawPayload), { status: answer.statusCode, headers })
  }
