// What members of a tenant see and do of the answers that are kept for it.

import type { CacheControl, CacheReport, EntryFilter, ListedEntry, Sizes } from '../../model/cache/spec.ts'
import type { Caller } from '../caller.ts'
import { type Page, toPage } from '../store-seams.ts'

export interface CacheRecords {
  report(caller: Caller): Promise<CacheReport>
  invalidate(caller: Caller, filter: EntryFilter, options: { readonly dryRun: boolean }): Promise<Sizes>
  /** Newest first. */
  list(
    caller: Caller,
    filter: EntryFilter,
    page: { readonly limit: number; readonly after?: { readonly createdAt: number; readonly key: string } },
  ): Promise<Page<ListedEntry>>
}

export const createCacheRecords = (control: CacheControl): CacheRecords => ({
  report: ({ tenantId }) => control.report(tenantId),
  invalidate: ({ tenantId }, filter, options) => control.invalidate(tenantId, filter, options),
  async list({ tenantId }, filter, { limit, after }) {
    const entries = await control.list(tenantId, filter, { limit: limit + 1, ...(after && { after }) })
    return toPage(entries, limit, (entry) => entry)
  },
})
