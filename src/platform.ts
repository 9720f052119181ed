// The story of the system. Everything is constructed here and in engine.ts, in two sizes: an engine runs app files and keeps
// nothing; a platform is an engine with a data folder, apps, people, keys, runs and an HTTP server.

import { join } from 'node:path'
import { createInProcessFetch } from './api/in-process.ts'
import { createMetrics } from './api/metrics.ts'
import { createServer, type HttpServer } from './api/server.ts'
import { PlatformError } from './base/errors.ts'
import { createSealer } from './base/seal.ts'
import type { Seams } from './base/seams.ts'
import { openCaches } from './caches.ts'
import type { Config, ReadConfig } from './config.ts'
import { openSqlite } from './db/drivers/sqlite.ts'
import type { Database } from './db/spec.ts'
import { createEngine, type Engine, largestFile } from './engine.ts'
import { createDiskFiles } from './files/drivers/disk.ts'
import { readMasterKey } from './files/drivers/master-key.ts'
import { openGateway } from './gateway.ts'
import { countGatewayCalls, createPrices, openLimitHouse } from './limits.ts'
import { knownModel, vendorOfType } from './model/data/known-models.ts'
import { ipRanges } from './outbound/drivers/ip-ranges.ts'
import { createOutboundPolicy } from './outbound/policy.ts'
import { createAccounts } from './product/accounts/accounts.ts'
import { createAccessTokens } from './product/accounts/drivers/access-tokens.ts'
import { createPasswords } from './product/accounts/drivers/passwords.ts'
import { createInvitationTokens } from './product/accounts/invitation-tokens.ts'
import { createInvitationStore } from './product/accounts/invitations-store.ts'
import { createMemberStore } from './product/accounts/members-store.ts'
import { createRefreshTokens } from './product/accounts/refresh-tokens.ts'
import { createSignInStore } from './product/accounts/sign-ins.ts'
import type { Accounts } from './product/accounts/spec.ts'
import { createAccountStore } from './product/accounts/store.ts'
import { createAnnotations } from './product/annotations/annotations.ts'
import { createReplyStore } from './product/annotations/reply-store.ts'
import type { Annotations } from './product/annotations/spec.ts'
import { createAnnotationStore } from './product/annotations/store.ts'
import { createAppModels } from './product/app-models/app-models.ts'
import { type Apps, createApps } from './product/apps/apps.ts'
import { createDrafts, type Drafts } from './product/apps/drafts.ts'
import { AppError } from './product/apps/errors.ts'
import { createPurge } from './product/apps/purge.ts'
import { createPurgeStore } from './product/apps/purge-store.ts'
import { createAppStore } from './product/apps/store.ts'
import { createVersionStore } from './product/apps/version-store.ts'
import { createAudio } from './product/audio/audio.ts'
import { createKeys, type Keys } from './product/auth/keys.ts'
import { createKeyStore } from './product/auth/store.ts'
import { type Caller, systemCaller } from './product/caller.ts'
import { createConversationRecords } from './product/conversations/conversation-records.ts'
import { createConversationSearch } from './product/conversations/conversation-search.ts'
import { type Conversations, createConversations } from './product/conversations/conversations.ts'
import { createFeedbackStore } from './product/conversations/feedbacks.ts'
import { createMessageFileStore } from './product/conversations/message-files.ts'
import { createMessageStore } from './product/conversations/messages.ts'
import { createNaming } from './product/conversations/naming.ts'
import { createConversationStore } from './product/conversations/store.ts'
import { createEndUserStore } from './product/end-users/store.ts'
import { createForms } from './product/forms/forms.ts'
import type { Forms } from './product/forms/spec.ts'
import { createFormStore } from './product/forms/store.ts'
import type { LiveConfiguration } from './product/gateway/live-configuration.ts'
import { gatewayModels } from './product/gateway/models.ts'
import { type AppId, fromWireId } from './product/ids.ts'
import { createMessages } from './product/messages/messages.ts'
import { createPanels } from './product/panels/panels.ts'
import { createPanelStore } from './product/panels/store.ts'
import { createQuestionSuggester } from './product/runs/features/suggested-questions.ts'
import { createRunLogs } from './product/runs/logs.ts'
import { createNodeExecutionStore } from './product/runs/node-executions.ts'
import { createPauseStore } from './product/runs/pause-store.ts'
import { createRunRecords } from './product/runs/run-records.ts'
import { createRunSearch } from './product/runs/run-search.ts'
import type { Runs } from './product/runs/spec.ts'
import { createRuns } from './product/runs/start-run.ts'
import { createRunStore } from './product/runs/store.ts'
import { createMemoryTier } from './product/sessions/memory-tier.ts'
import { createSessions } from './product/sessions/sessions.ts'
import type { SessionTier } from './product/sessions/spec.ts'
import { createTenantStore } from './product/tenants/store.ts'
import { createUploadStore } from './product/uploads/store.ts'
import { createUploads } from './product/uploads/uploads.ts'
import { createUsageRecorder } from './product/usage/recorder.ts'
import { createUsageStore } from './product/usage/store.ts'
import { createUsage } from './product/usage/usage.ts'
import { openRouters } from './routers.ts'

export interface Platform {
  readonly engine: Engine
  readonly apps: Apps
  readonly drafts: Drafts
  readonly keys: Keys
  readonly accounts: Accounts
  readonly runs: Runs
  readonly forms: Forms
  readonly conversations: Conversations
  readonly annotations: Annotations
  /** What of the configuration is taken over while the server runs. */
  readonly liveConfiguration: LiveConfiguration
  /** The installation's own tenant, for whoever has the data folder itself. */
  readonly caller: Caller
  /** The id of an app, written with or without its prefix. @throws AppError `app/not-found` */
  readAppId(text: string): AppId
  /** Ends the runs of processes that are gone. @returns how many */
  markInterruptedRuns(): Promise<number>
  /** Removes what apps left that were deleted before; needs no await. Never rejects. */
  purgeDeletedApps(): Promise<void>
  /** Not listening yet. */
  createServer(): HttpServer
  /** The management API for whoever has the data folder itself: an owner of its tenant, without a port and without signing in. */
  callManagement(request: Request): Promise<Response>
  /** Ends runs, then everything below them. */
  close(): Promise<void>
}

/** Opens the data folder. */
/** @param readConfig reads the configuration again; absent where it came from no file */
export const createPlatform = async (config: Config, seams: Seams, readConfig?: ReadConfig): Promise<Platform> => {
  const { clock, ids, log } = seams
  const db = await openDatabase(config, seams)
  const files = createDiskFiles({ folder: join(config.dataDir, 'files'), maxBytes: largestFile(config), ids })
  const engine = createEngine(config, seams, files)
  const store = { db, clock, ids }
  const master = readMasterKey(config.dataDir)
  const content = { store: createAppStore(store), versions: createVersionStore(store), sealer: createSealer(master) }
  const apps = createApps({
    ...engine.checkParts,
    ...content,
    blankModel: config.models.default,
    forgetKeys: (by, id) => keys.forgetApp(by, id),
    purge: (by, id) => void purge.start(by, id),
    warm: (languages) => {
      for (const language of languages) {
        engine.code
          .warm(language)
          .catch((error: unknown) => log.warn('warm-up-failed', { language, reason: String(error) }))
      }
    },
  })
  const drafts = createDrafts({ ...engine.checkParts, ...content })
  const keys = createKeys({ store: createKeyStore(store), clock, log })
  const accounts = createAccounts({
    stores: {
      accounts: createAccountStore(store),
      members: createMemberStore(store),
      invitations: createInvitationStore(store),
      signIns: createSignInStore(store),
    },
    clock,
    ids,
    log,
    passwords: createPasswords(),
    accessTokens: createAccessTokens({ master, clock, lifeMs: config.auth.accessTokenMs }),
    refreshTokens: createRefreshTokens(master),
    invitationTokens: createInvitationTokens(master),
    refreshTokenMs: config.auth.refreshTokenMs,
  })
  const stores = {
    runs: createRunStore(store),
    nodes: createNodeExecutionStore(store),
    pauses: createPauseStore(store),
    forms: createFormStore(store),
    endUsers: createEndUserStore(store),
    conversations: createConversationStore(store),
    messages: createMessageStore(store),
    messageFiles: createMessageFileStore(store),
    uploads: createUploadStore(store),
    feedbacks: createFeedbackStore(store),
  }
  const { execute, checkInputs } = engine
  const outbound = createOutboundPolicy(config.outbound, ipRanges)
  const caller = systemCaller()
  const tenants = createTenantStore(store)
  await tenants.ensure(caller, 'default')
  const metrics = createMetrics(clock)
  const tiers = await createSessionTiers(config, seams)
  const sessions = createSessions({ tiers, messages: stores.messages, log, metrics })
  const usageStore = createUsageStore(store)
  const prices = createPrices(config)
  const limitHouse = await openLimitHouse(config, seams, { db, prices, metrics })
  const usage = createUsageRecorder({ ...store, store: usageStore, log, metrics, prices })
  const naming = createNaming({ models: engine.models, conversations: stores.conversations, usage, clock, log })
  const conversations = createConversations({
    ...stores,
    sessions,
    naming,
    maxVariableBytes: config.runs.variableBytes,
  })
  const annotations = createAnnotations({
    store: createAnnotationStore(store),
    replies: createReplyStore(store),
    models: engine.models,
    usage,
    clock,
    log,
  })
  const suggest = createQuestionSuggester({ clock, log })
  const messages = createMessages({ stores, apps, models: engine.models, suggest, usage })
  const runs = createRuns({
    db,
    clock,
    ids,
    log,
    metrics,
    usage,
    stores,
    sealer: content.sealer,
    openApp: apps.open,
    sessions,
    ...(config.conversations.autoName && { naming }),
    models: engine.models,
    modelsOf: ({ caller: by, appId, user, runId, endUserId }, note) =>
      gatewayModels(
        {
          gateway: house.gateway,
          directory: engine.models,
          routers: routing.book,
          targets: house.targets,
          prices,
          clock,
        },
        { caller: by, keyId: null, appId, user, note, run: { runId, endUserId } },
        note,
      ),
    annotations,
    execute,
    answer: engine.answer,
    checkInputs,
    maxRuns: config.runs.concurrent,
    replayMs: config.runs.replayMs,
  })
  const routing = await openRouters(config, { ...seams, db, readConfig })
  const caches = await openCaches(config, seams, { db, models: engine.models, metrics })
  const appModels = createAppModels({ apps, runs })
  const panels = createPanels({ definitions: config.gateway.panels, store: createPanelStore(store), clock, log })
  const house = openGateway(config, seams, {
    accounts: engine.accounts,
    prices,
    qualityOf: ({ type }, model) => knownModel(vendorOfType(type), model)?.quality,
    metrics,
    count: countGatewayCalls(usage),
    routers: routing.book,
    limiter: limitHouse.limiter,
    cache: caches.cache,
    cacheMode: () => caches.mode,
    cacheScope: caches.scopeOf,
    panels,
    appModel: ({ caller: by, user }, name, metadata) => appModels.find({ caller: by, user, metadata }, name),
    appNames: ({ caller: by }) => appModels.names(by),
  })
  const forms = createForms({ store: stores.forms, runs, clock, log })
  const uploads = createUploads({ files, log, limits: config.uploads, stores })
  const audio = createAudio({ apps, models: engine.models, stores })
  const runRecords = createRunRecords({ ...stores, search: createRunSearch(store), runs })
  const conversationRecords = createConversationRecords(createConversationSearch(store), stores.messages)
  const serve = (trusted?: Caller) =>
    createServer({
      ...(trusted && { trusted }),
      gateway: house.gateway,
      gatewayRecords: house.records,
      warming: house.warming,
      caches: caches.records,
      routers: routing.forTenants(house.targets.world),
      liveConfiguration: routing.configuration,
      apps,
      drafts,
      runs,
      runRecords,
      forms,
      usage: createUsage({ store: usageStore, clock }),
      callLimits: limitHouse.limits,
      panels,
      conversationRecords,
      providers: engine.providers,
      tenants,
      runLogs: createRunLogs({ runs: stores.runs, endUsers: stores.endUsers, accounts }),
      conversations,
      messages,
      uploads,
      audio,
      annotations,
      endUsers: stores.endUsers,
      keys,
      accounts,
      clock,
      ids,
      log,
      metrics,
      admitUrl: (url) => void outbound.admitUrl(url),
      limits: {
        bodyBytes: config.server.bodyLimitBytes,
        requestTimeoutMs: config.server.requestTimeoutMs,
        uploads: config.uploads,
      },
      corsOrigins: config.server.corsOrigins,
      whenClientLeaves: config.runs.whenClientLeaves,
      ready: () => isReady(db),
    })
  const purge = createPurge({
    store: createPurgeStore(store),
    stopTask: (by, taskId) => endTask(runs, by, taskId),
    removeFile: ({ tenantId }, id) => files.delete(tenantId, id),
    forgetAnswers: caches.forgetApp,
    log,
  })
  let inProcess: ReturnType<typeof createInProcessFetch> | undefined
  return {
    engine,
    apps,
    drafts,
    keys,
    accounts,
    runs,
    forms,
    conversations,
    annotations,
    liveConfiguration: routing.configuration,
    caller,
    readAppId(text) {
      const id = fromWireId('app', text.replace(/^app_/, ''))
      if (!id) throw new AppError('app/not-found')
      return id
    },
    markInterruptedRuns: () => stores.runs.markInterrupted(),
    purgeDeletedApps: () => purge.resume(),
    createServer: () => serve(),
    callManagement: (request) => (inProcess ??= createInProcessFetch(serve(caller)))(request),
    async close() {
      await forms.close()
      await runs.close()
      await annotations.close()
      await purge.close()
      await naming.close()
      await limitHouse.close()
      await usage.close()
      await sessions.close()
      routing.close()
      await house.close()
      await caches.cache.close()
      await engine.close()
      await db.close()
    },
  }
}

/** Stops a run of this process, and waits until its end is written. */
const endTask = async (runs: Runs, caller: Caller, taskId: string): Promise<void> => {
  const run = runs.find(caller, taskId)
  // A run that waits for people has ended when this resolves.
  if (!(await runs.stop(caller, { taskId, reason: 'The app was deleted.' })) || !run) return
  try {
    for await (const { event } of run.read()) if (event.type === 'run-end') return
  } catch (error) {
    // A run of very many events keeps only the last ones: then its end is not waited for.
    if (!(error instanceof PlatformError && error.code === 'run/reader-too-slow')) throw error
  }
}

const createSessionTiers = async ({ sessions, redis }: Config, { clock, log }: Seams): Promise<SessionTier[]> => {
  const { memoryMs, memoryEntries, memoryBytes, redisMs } = sessions
  const memory = createMemoryTier({ clock, ttlMs: memoryMs, maxEntries: memoryEntries, maxBytes: memoryBytes })
  const { url, prefix } = redis
  if (url === undefined) return [memory]
  // The client is only loaded by those who use it.
  const { createRedisTier } = await import('./product/sessions/drivers/redis.ts')
  return [memory, createRedisTier({ url, prefix, ttlMs: redisMs, clock, log })]
}

/** PostgreSQL's driver is loaded only where it is used: most installations start without it. */
const openDatabase = async ({ dataDir, database }: Config, { clock, ids }: Seams): Promise<Database> => {
  const { url, ...limits } = database
  if (url === undefined) return openSqlite({ path: join(dataDir, 'heddle.db'), clock, ids })
  const { openPostgres } = await import('./db/drivers/postgres.ts')
  return openPostgres({ url, ...limits, clock, ids })
}

const isReady = (db: Database): Promise<boolean> =>
  db.kysely
    .selectFrom('tenants')
    .select('tenant_id')
    .limit(1)
    .execute()
    .then(
      () => true,
      () => false,
    )
