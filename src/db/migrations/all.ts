// Every migration, in order.

import { start } from './0001-start.ts'
import { access } from './0002-access.ts'
import { usage } from './0003-usage.ts'
import { invitations } from './0004-invitations.ts'
import type { Migration } from './spec.ts'

export const migrations: readonly Migration[] = [start, access, usage, invitations]
