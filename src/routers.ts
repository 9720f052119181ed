// Routers, put together: those of the configuration, taken over anew whenever its files are read again, and those of tenants.

import type { Result } from './base/errors.ts'
import type { Seams } from './base/seams.ts'
import { own } from './base/value.ts'
import type { Config, ReadConfig } from './config.ts'
import { whyNoTarget } from './config-routers.ts'
import type { Database } from './db/spec.ts'
import type { RouteWorld } from './model/route/spec.ts'
import { createLiveConfiguration, type LiveConfiguration, type Reading } from './product/gateway/live-configuration.ts'
import { createRouterBook, type RouterBook } from './product/gateway/router-book.ts'
import { createRouterStore } from './product/gateway/router-store.ts'
import { createTenantRouters, type TenantRouters } from './product/gateway/tenant-routers.ts'

export interface RouterHouse {
  readonly book: RouterBook
  readonly configuration: LiveConfiguration
  /** @param world targets as they are when a router is tried */
  forTenants(world: RouteWorld): TenantRouters
  close(): void
}

export interface RouterSurroundings extends Seams {
  readonly db: Database
  /** Absent: the configuration came from no file and stays as it is. */
  readonly readConfig: ReadConfig | undefined
}

/** Knows every router when it resolves. @throws DbError */
export const openRouters = async (config: Config, given: RouterSurroundings): Promise<RouterHouse> => {
  const { clock, log, readConfig } = given
  const store = createRouterStore(given)
  const book = createRouterBook({ store, clock, log })
  const { routers, panels, stages } = config.gateway
  book.replaceConfigured(routers)
  const configuration = createLiveConfiguration({
    initial: { routers },
    read: () => (readConfig ? readAgain(config, readConfig) : { ok: true, value: { live: { routers }, waiting: [] } }),
    apply: (live) => book.replaceConfigured(live.routers),
    clock,
    log,
  })
  const known = {
    whyNoTarget: (id: string) => whyNoTarget(id, config.providers),
    hasPanel: (name: string) => Object.hasOwn(panels, name),
    hasStage: (name: string) => Object.hasOwn(stages, name),
  }
  try {
    await book.refresh()
  } catch (error) {
    book.close()
    throw error
  }
  return {
    book,
    configuration,
    forTenants: (world) => createTenantRouters({ store, book, known, world }),
    close: () => book.close(),
  }
}

type Live = Pick<Config['gateway'], 'routers'>

const readAgain = (config: Config, readConfig: ReadConfig): Result<Reading<Live>> => {
  const found = readConfig(config.providers)
  if (!found.ok) return found
  const { gateway, ...rest } = found.value
  const { routers, routerFiles: _, ...waits } = gateway
  const waiting = [
    ...Object.entries(rest).filter(([key, value]) => !isEqual(value, own(config, key))),
    ...Object.entries(waits)
      .filter(([key, value]) => !isEqual(value, own(config.gateway, key)))
      .map(([key, value]) => [`gateway.${key}`, value] as const),
  ]
  return { ok: true, value: { live: { routers }, waiting: waiting.map(([key]) => key) } }
}

const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
