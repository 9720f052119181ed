// Every promised call of every surface.

import { difyOperations } from './dify/operations.ts'
import { managementOperations } from './management/operations.ts'
import type { Operation } from './operation.ts'

export const operations: readonly Operation[] = [...difyOperations, ...managementOperations]
