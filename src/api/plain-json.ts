// Bodies as plain JSON, for surfaces where nothing tells 1 from 1.0.

import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { messageOf } from '../base/errors.ts'
import { checkDepth } from '../base/json.ts'
import { invalidParam } from './errors.ts'

/** In place of the lossless reader. Keys that reach into prototypes make the body unreadable. */
export const readPlainJson = (server: FastifyInstance): void => {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer
    // Clients name a type also where they send nothing.
    if (bytes.length === 0) return done(null, {})
    if (!isUtf8(bytes)) return done(invalidParam('', 'The body is not UTF-8.'))
    const text = bytes.toString('utf8')
    // The parser would drop it; no other reader of JSON here does.
    if (text.startsWith('\ufeff')) return done(invalidParam('', 'The body starts with a byte order mark.'))
    void parse(request, text, (error, value) => {
      if (error) return done(error)
      try {
        checkDepth(value)
      } catch (problem) {
        return done(invalidParam('', `The body is ${messageOf(problem)}.`))
      }
      done(null, value)
    })
  })
}
