// Every call of the management API.

import type { Operation } from '../operation.ts'
import { authOperations } from './auth.ts'
import { memberOperations } from './members.ts'

export const managementOperations: readonly Operation[] = [...authOperations, ...memberOperations]
