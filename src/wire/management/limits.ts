// Limits and budgets of a tenant, over the management API.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { time } from './shapes.ts'

const tag = 'Gateway'

const name = plainText()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, 'must be a name of letters, digits, dots and dashes')
  .meta({ description: 'Its name: letters, digits, dots and dashes, at most 60.' })

const whom = {
  subject: z
    .enum(['tenant', 'app', 'key', 'user'])
    .meta({ description: 'Whose allowance counts: the tenant as a whole, or each app, key or user by itself.' }),
  id: plainText().min(1).max(300).optional().meta({ description: 'Only this app, key or user.' }),
}

const limitFields = {
  ...whom,
  target: plainText()
    .regex(/^[A-Za-z0-9*][\w.*-]*\/\S+$/, 'must be written provider/model')
    .max(300)
    .optional()
    .meta({ description: 'Only calls that try this target first; `*` stands for any characters.' }),
  requests: z.int().min(1).max(1_000_000_000).optional().meta({ description: 'In the period.' }),
  tokens: z
    .int()
    .min(1)
    .max(1_000_000_000_000)
    .optional()
    .meta({ description: 'In the period, prompt and completion.' }),
  periodMs: z.int().min(1).max(86_400_000).default(60_000),
  burst: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .meta({ description: 'Requests at one moment after a rest. Default `requests`.' }),
  concurrent: z.int().min(0).max(1_000_000).optional().meta({ description: 'Calls at once.' }),
}

const usd = z.string().regex(/^\d{1,9}(\.\d{1,9})?$/, 'must be dollars with at most nine decimals')

const budgetFields = {
  ...whom,
  window: z
    .enum(['hour', 'day', 'month', 'total'])
    .meta({ description: 'Of the calendar in UTC; `total` for all time.' }),
  limitUsd: usd.meta({ description: 'US dollars as a decimal.' }),
}

export const callLimit = z.object({ name: z.string(), ...limitFields, updatedAt: time() }).meta({ id: 'CallLimit' })

export const budget = z
  .object({
    name: z.string(),
    ...budgetFields,
    updatedAt: time(),
    spentUsd: z.string().nullable().meta({
      description:
        'In this window, with what is reserved. Null: each has a budget of its own, or nobody can be asked now.',
    }),
    resetsAt: time().nullable().meta({ description: 'End of the window. Null: never, or not known.' }),
  })
  .meta({ id: 'Budget' })

export const listLimits = defineOperation({
  method: 'GET',
  path: '/api/gateway/limits',
  id: 'listLimits',
  summary: "Lists the tenant's limits, by name.",
  tag,
  answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(callLimit) }) } },
  errors: [403],
})

export const putLimit = defineOperation({
  method: 'PUT',
  path: '/api/gateway/limits/{name}',
  id: 'putLimit',
  summary: 'Sets a limit, or changes the one of this name. It holds at once here, in other processes within seconds.',
  tag,
  params: z.object({ name }),
  body: z
    .strictObject(limitFields)
    .refine(({ requests, tokens, concurrent }) => (requests ?? tokens ?? concurrent) !== undefined, {
      path: ['requests'],
      error: 'is missing: a limit has requests, tokens or concurrent',
    }),
  answers: { 200: { description: 'The limit.', schema: callLimit } },
  errors: [400, 403, 409],
})

export const deleteLimit = defineOperation({
  method: 'DELETE',
  path: '/api/gateway/limits/{name}',
  id: 'deleteLimit',
  summary: 'Deletes a limit.',
  tag,
  params: z.object({ name }),
  answers: { 204: { description: 'It is gone.' } },
  errors: [400, 403, 404],
})

export const listBudgets = defineOperation({
  method: 'GET',
  path: '/api/gateway/budgets',
  id: 'listBudgets',
  summary: "Lists the tenant's budgets, by name, with what is spent.",
  tag,
  answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(budget) }) } },
  errors: [403],
})

export const putBudget = defineOperation({
  method: 'PUT',
  path: '/api/gateway/budgets/{name}',
  id: 'putBudget',
  summary: 'Sets a budget, or changes the one of this name; what was spent stays spent.',
  tag,
  params: z.object({ name }),
  body: z.strictObject(budgetFields),
  answers: { 200: { description: 'The budget.', schema: budget } },
  errors: [400, 403, 409],
})

export const deleteBudget = defineOperation({
  method: 'DELETE',
  path: '/api/gateway/budgets/{name}',
  id: 'deleteBudget',
  summary: 'Deletes a budget.',
  tag,
  params: z.object({ name }),
  answers: { 204: { description: 'It is gone.' } },
  errors: [400, 403, 404],
})

export const limitOperations = [listLimits, putLimit, deleteLimit, listBudgets, putBudget, deleteBudget] as const
