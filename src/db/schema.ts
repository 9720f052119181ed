// The tables as types: what the query builder knows. The migrations make them; the golden dump shows them. The rows stand by
// subject in schema/.
//
// S1  Every table has `tenant_id`; it leads the primary key and every index, and foreign keys include it, so that a row
//     cannot point at another tenant's. The one exception is `accounts`: a person signs in before a tenant is chosen, and may
//     be a member of several.
// S2  Times are ms since the epoch, durations ms (fractions allowed), flags 0 or 1, `*_json` is JSON text.

import type { AppTables } from './schema/apps.ts'
import type { GatewayTables } from './schema/gateway.ts'
import type { PeopleTables } from './schema/people.ts'
import type { RunTables } from './schema/runs.ts'
import type { TalkTables } from './schema/talks.ts'

export interface Schema extends PeopleTables, AppTables, TalkTables, RunTables, GatewayTables {}
