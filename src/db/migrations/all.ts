// Every migration, in order.

import { start } from './0001-start.ts'
import type { Migration } from './spec.ts'

export const migrations: readonly Migration[] = [start]
