// What a tenant may set for itself, over the management API.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { prefixedId, time } from './shapes.ts'

const tag = 'Settings'

export const settings = z
  .object({ tenantId: prefixedId('tenant'), tenantName: z.string(), createdAt: time() })
  .meta({ id: 'Settings' })

export const getSettings = defineOperation({
  method: 'GET',
  path: '/api/settings',
  id: 'getSettings',
  summary: 'Gives the settings of the tenant.',
  tag,
  answers: { 200: { description: 'The settings.', schema: settings } },
  errors: [403],
})

export const updateSettings = defineOperation({
  method: 'PATCH',
  path: '/api/settings',
  id: 'updateSettings',
  summary: 'Changes settings of the tenant; what is left out stays.',
  tag,
  body: z.strictObject({ tenantName: plainText().trim().min(1, 'must not be empty').max(100).optional() }),
  answers: { 200: { description: 'The settings as they are now.', schema: settings } },
  errors: [400, 403],
})

export const settingOperations = [getSettings, updateSettings] as const
