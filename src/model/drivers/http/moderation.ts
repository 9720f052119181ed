// A moderation model behind HTTP.

import { ModelError } from '../../errors.ts'
import type { ModerationModel } from '../../spec.ts'
import { callJson } from './call-json.ts'
import type { Connection } from './connection.ts'
import type { ModerationFormat } from './kinds.ts'

/** Texts of one call to the vendor. */
const BATCH_TEXTS = 32

export const createHttpModeration = (
  format: ModerationFormat,
  connection: Connection,
  name: string,
): ModerationModel => ({
  provider: connection.provider,
  name,
  async moderate(texts, signal) {
    signal?.throwIfAborted()
    const verdicts: ReturnType<ModerationFormat['decode']>[number][] = []
    for (let at = 0; at < texts.length; at += BATCH_TEXTS) {
      const batch = texts.slice(at, at + BATCH_TEXTS)
      const body = await callJson(format, { connection, model: name, signal }, format.encode(name, batch))
      const found = format.decode(body)
      if (found.length !== batch.length) {
        const message = `${found.length} verdicts for ${batch.length} texts`
        throw new ModelError('model/bad-response', { details: { provider: connection.provider, message } })
      }
      verdicts.push(...found)
    }
    return verdicts
  },
})
