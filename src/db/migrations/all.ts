// Every migration, in order.

import { start } from './0001-start.ts'
import { access } from './0002-access.ts'
import { usage } from './0003-usage.ts'
import { invitations } from './0004-invitations.ts'
import { pauses } from './0005-pauses.ts'
import { routers } from './0006-routers.ts'
import { limits } from './0007-limits.ts'
import { caches } from './0008-caches.ts'
import { panels } from './0009-panels.ts'
import { costs } from './0010-costs.ts'
import type { Migration } from './spec.ts'

export const migrations: readonly Migration[] = [
  start,
  access,
  usage,
  invitations,
  pauses,
  routers,
  limits,
  caches,
  panels,
  costs,
]
