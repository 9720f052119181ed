// End users as callers of the Service API name them, or leave them unnamed.

import type { AppId } from '../ids.ts'
import type { EndUserName } from './store.ts'

/** The one end user of an app for calls that name none. Source of the name: Dify's Service API. */
const UNNAMED = 'DEFAULT-USER'

export const serviceUser = (appId: AppId, user: string | undefined): EndUserName => ({
  appId,
  origin: 'service-api',
  externalId: user ?? UNNAMED,
  isAnonymous: user === undefined,
})
