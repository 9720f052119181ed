// Every call of the management API.

import type { Operation } from '../operation.ts'
import { appOperations } from './apps.ts'
import { authOperations } from './auth.ts'
import { cacheOperations } from './cache.ts'
import { conversationOperations } from './conversations.ts'
import { fileOperations } from './files.ts'
import { formOperations } from './forms.ts'
import { gatewayCallOperations } from './gateway-calls.ts'
import { invitationOperations } from './invitations.ts'
import { keyOperations } from './keys.ts'
import { limitOperations } from './limits.ts'
import { memberOperations } from './members.ts'
import { modelOperations } from './models.ts'
import { panelOperations } from './panels.ts'
import { routerOperations } from './routers.ts'
import { runStreamOperations } from './run-streams.ts'
import { runOperations } from './runs.ts'
import { settingOperations } from './settings.ts'
import { usageOperations } from './usage.ts'
import { versionOperations } from './versions.ts'

export const managementOperations: readonly Operation[] = [
  ...authOperations,
  ...memberOperations,
  ...invitationOperations,
  ...appOperations,
  ...versionOperations,
  ...fileOperations,
  ...keyOperations,
  ...runOperations,
  ...runStreamOperations,
  ...formOperations,
  ...usageOperations,
  ...limitOperations,
  ...gatewayCallOperations,
  ...cacheOperations,
  ...routerOperations,
  ...panelOperations,
  ...conversationOperations,
  ...modelOperations,
  ...settingOperations,
]
