// The gateway's part of the configuration. Every key has its schema beside the others of its subject: routers, limits, caches …

import { z } from 'zod'
import { cacheSchema } from './config-cache.ts'
import { budgetsSchema, limitsSchema, pricesSchema, queueSchema } from './config-limits.ts'
import { batchingSchema, panelsSchema, stagesSchema, warmUpSchema } from './config-panels.ts'
import { routerFilesSchema, routersSchema } from './config-routers.ts'
import { count, milliseconds } from './config-values.ts'

export const gatewaySchema = z
  .strictObject({
    /** Names that callers use as models, each with rules that choose a target. */
    routers: routersSchema,
    /** Further files with routers, relative to this one; `*` stands for any name in a folder. */
    routerFiles: routerFilesSchema,
    resilience: z
      .strictObject({
        /** Rounds over all targets after the first. */
        retries: count(0, 10).default(3),
        /** Before the first retry; doubles. */
        retryMs: milliseconds().default(1_000),
        /** Longest wait for the first content of an answer. Absent: the provider's own limits alone. */
        firstTokenMs: milliseconds().exactOptional(),
        /** A known target that was silent for so long is asked whether it is alive. 0: never. */
        heartbeatMs: count(0, 86_400_000).default(30_000),
      })
      .prefault({}),
    /** Who may call how fast, and how many calls at once. */
    limits: limitsSchema,
    /** Money for models in a window. */
    budgets: budgetsSchema,
    /** Prices of targets, over those of the list of known models. */
    prices: pricesSchema,
    queue: queueSchema,
    /** Answers that are kept, and who they are for. */
    cache: cacheSchema,
    /** Several models that give one answer. */
    panels: panelsSchema,
    /** What happens to requests before a model sees them, and to answers behind it. */
    stages: stagesSchema,
    batching: batchingSchema,
    /** Targets that are connected at start. */
    warmUp: warmUpSchema,
  })
  .prefault({})
