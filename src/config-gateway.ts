// The gateway's part of the configuration. Every key has its schema beside the others of its subject: routers, limits, caches …

import { z } from 'zod'

export const gatewaySchema = z.strictObject({}).prefault({})
