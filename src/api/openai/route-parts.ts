// What the gateway's routes are built from. Types only.

import type { ServerParts } from '../spec.ts'

export type GatewayRouteParts = Pick<ServerParts, 'gateway' | 'audio'>
