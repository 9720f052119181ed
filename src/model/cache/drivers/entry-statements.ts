// Entries as rows, and the one statement that is hot: keeping an answer.

import { parseJson, stringifyJson } from '../../../base/json.ts'
import { isList, type Value } from '../../../base/value.ts'
import type { CacheEntryRow } from '../../../db/schema/gateway.ts'
import type { Queries } from '../../../db/spec.ts'
import { prepareStatement } from '../../../db/statement.ts'
import type { ChatStreamPart } from '../../spec.ts'
import { ownerOf } from '../scope.ts'
import type { CacheEntry } from '../spec.ts'

export type OwnerId = CacheEntryRow['tenant_id']

/** Owners are tenants: whoever makes scopes begins them with the tenant's id. */
export const toOwnerId = (owner: string): OwnerId => owner as OwnerId

/** An answer that was kept before under the same key gives way; its hits stay. */
export const prepareKeep = (queries: Queries) =>
  prepareStatement<CacheEntryRow>((value) =>
    queries
      .insertInto('cache_entries')
      .values({
        tenant_id: value('tenant_id'),
        id: value('id'),
        scope: value('scope'),
        target: value('target'),
        variant: value('variant'),
        fingerprint: value('fingerprint'),
        question: value('question'),
        vector: value('vector'),
        vector_model: value('vector_model'),
        parts_json: value('parts_json'),
        size_bytes: value('size_bytes'),
        hits: value('hits'),
        counted_hits: value('counted_hits'),
        counted_at: value('counted_at'),
        last_used_at: value('last_used_at'),
        created_at: value('created_at'),
        expires_at: value('expires_at'),
      })
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'id']).doUpdateSet((eb) => ({
          fingerprint: eb.ref('excluded.fingerprint'),
          vector: eb.ref('excluded.vector'),
          vector_model: eb.ref('excluded.vector_model'),
          parts_json: eb.ref('excluded.parts_json'),
          size_bytes: eb.ref('excluded.size_bytes'),
          created_at: eb.ref('excluded.created_at'),
          expires_at: eb.ref('excluded.expires_at'),
        })),
      ),
  )

export const toRow = (
  entry: CacheEntry,
  { now, forMs }: { readonly now: number; readonly forMs: number },
): CacheEntryRow => ({
  tenant_id: toOwnerId(ownerOf(entry.scope)),
  id: entry.key,
  scope: entry.scope,
  target: entry.target,
  variant: entry.variant,
  fingerprint: entry.fingerprint ?? null,
  question: entry.question,
  vector: entry.vector ? toText(entry.vector.values) : null,
  vector_model: entry.vector?.model ?? null,
  parts_json: partsToText(entry.parts),
  size_bytes: entry.sizeBytes,
  hits: 0,
  counted_hits: 0,
  counted_at: now,
  last_used_at: now,
  created_at: entry.createdAt,
  expires_at: now + forMs,
})

/** Parts are plain data in every field. */
export const partsToText = (parts: readonly ChatStreamPart[]): string => stringifyJson(parts as unknown as Value)

/** @throws what is wrong with the text: then the entry is no hit */
export const partsFromText = (text: string): readonly ChatStreamPart[] => {
  const parts = parseJson(text)
  if (!isList(parts)) throw new TypeError('the parts of an answer are no list')
  return parts as unknown as readonly ChatStreamPart[]
}

export const toText = (values: Float32Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64')

export const fromText = (text: string): Float32Array => {
  const bytes = Buffer.from(text, 'base64')
  const copy = new Uint8Array(bytes.length - (bytes.length % 4))
  copy.set(bytes.subarray(0, copy.length))
  return new Float32Array(copy.buffer)
}

export const fromRow = (
  row: Pick<
    CacheEntryRow,
    | 'id'
    | 'scope'
    | 'target'
    | 'variant'
    | 'fingerprint'
    | 'question'
    | 'parts_json'
    | 'size_bytes'
    | 'created_at'
    | 'vector'
    | 'vector_model'
  >,
): CacheEntry => ({
  key: row.id,
  scope: row.scope,
  target: row.target,
  variant: row.variant,
  fingerprint: row.fingerprint ?? undefined,
  question: row.question,
  parts: partsFromText(row.parts_json),
  createdAt: row.created_at,
  sizeBytes: row.size_bytes,
  ...(row.vector !== null &&
    row.vector_model !== null && { vector: { model: row.vector_model, values: fromText(row.vector) } }),
})
