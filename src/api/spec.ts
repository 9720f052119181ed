// What the surfaces are built from. Types only.

import type { Clock, Ids, Log } from '../base/seams.ts'
import type { WarmUpStatus } from '../model/batch/warm-up.ts'
import type { KnownProvider } from '../model/catalogue.ts'
import type { Accounts } from '../product/accounts/spec.ts'
import type { Annotations } from '../product/annotations/spec.ts'
import type { Apps } from '../product/apps/apps.ts'
import type { Drafts } from '../product/apps/drafts.ts'
import type { Audio } from '../product/audio/audio.ts'
import type { Keys } from '../product/auth/keys.ts'
import type { Caller } from '../product/caller.ts'
import type { ConversationRecords } from '../product/conversations/conversation-records.ts'
import type { Conversations } from '../product/conversations/conversations.ts'
import type { EndUserStore } from '../product/end-users/store.ts'
import type { Forms } from '../product/forms/spec.ts'
import type { CacheRecords } from '../product/gateway/cache-records.ts'
import type { LiveConfiguration } from '../product/gateway/live-configuration.ts'
import type { CallRecords } from '../product/gateway/records.ts'
import type { Gateway } from '../product/gateway/spec.ts'
import type { TenantRouters } from '../product/gateway/tenant-routers.ts'
import type { Limits } from '../product/limits/limits.ts'
import type { Messages } from '../product/messages/messages.ts'
import type { Panels } from '../product/panels/panels.ts'
import type { RunLogs } from '../product/runs/logs.ts'
import type { RunRecords } from '../product/runs/run-records.ts'
import type { Runs } from '../product/runs/spec.ts'
import type { TenantStore } from '../product/tenants/store.ts'
import type { Uploads } from '../product/uploads/spec.ts'
import type { Usage } from '../product/usage/usage.ts'
import type { UploadLimits } from './dify/parameters.ts'
import type { MetricsRegistry } from './metrics.ts'

export interface ServerParts {
  readonly gateway: Gateway
  /** How far the models are that are warmed at the start. */
  readonly warming: () => readonly WarmUpStatus[]
  readonly gatewayRecords: Pick<CallRecords, 'latest'>
  readonly caches: CacheRecords
  readonly routers: TenantRouters
  readonly liveConfiguration: LiveConfiguration
  readonly apps: Apps
  readonly drafts: Drafts
  readonly runs: Runs
  readonly runLogs: RunLogs
  readonly conversations: Conversations
  readonly messages: Messages
  readonly annotations: Annotations
  readonly endUsers: Pick<EndUserStore, 'get'>
  readonly uploads: Uploads
  readonly audio: Audio
  readonly runRecords: RunRecords
  readonly forms: Forms
  readonly usage: Usage
  readonly callLimits: Limits
  readonly panels: Pick<Panels, 'list' | 'feedback'>
  readonly conversationRecords: ConversationRecords
  /** What is configured now. */
  readonly providers: () => readonly KnownProvider[]
  readonly tenants: Pick<TenantStore, 'get' | 'rename'>
  readonly keys: Keys
  readonly accounts: Accounts
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly metrics: MetricsRegistry
  /** Makes every call of a member, as an owner, whatever the request shows. Only for a server that never listens: it answers
   *  whoever has the data folder itself. */
  readonly trusted?: Caller
  /** Judges an address that a run is to read. Throws a PlatformError that says why it may not. */
  readonly admitUrl: (url: string) => void
  readonly limits: {
    /** Bytes of a JSON body. */
    readonly bodyBytes: number
    /** Until a whole request has arrived. */
    readonly requestTimeoutMs: number
    /** What may be uploaded, as forms are told. */
    readonly uploads: UploadLimits
  }
  /** Origins whose pages may call; `*` is any. */
  readonly corsOrigins: readonly string[]
  /** What becomes of a run when the client that started it goes. */
  readonly whenClientLeaves: 'continue' | 'stop'
  /** True when everything behind the server can work. */
  readonly ready: () => Promise<boolean>
}
