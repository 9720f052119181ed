// Bodies of refusals, one form a surface.

import { z } from 'zod'

/** Of the Service API. */
export const serviceError = z
  .object({
    code: z.string(),
    message: z.string(),
    status: z.int().meta({ description: 'The HTTP status once more.' }),
    params: z.string().optional().meta({ description: 'The field that is wrong.' }),
  })
  .meta({ id: 'Error' })

export const issue = z
  .object({
    path: z.string().meta({ description: 'Where in what was given; empty for the whole.' }),
    code: z.string(),
    message: z.string(),
    place: z.string().optional().meta({ description: 'Where in the files of the server: `routers.yaml:12`.' }),
  })
  .meta({ id: 'Issue' })

/** Of the management API. */
export const managementError = z
  .object({
    error: z.object({
      code: z.string().meta({ description: 'One of docs/errors.md.' }),
      message: z.string(),
      param: z.string().optional().meta({ description: 'The field that is wrong.' }),
      issues: z
        .array(issue)
        .optional()
        .meta({ description: 'Everything that is wrong, when more than one thing may be.' }),
    }),
    requestId: z.string(),
  })
  .meta({ id: 'ManagementError' })

/** Of the gateway's calls in OpenAI's form. */
export const openAiError = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable().meta({ description: 'The field that is wrong.' }),
      code: z.string().nullable(),
    }),
  })
  .meta({ id: 'OpenAiError' })

/** Of the gateway's calls in Anthropic's form. */
export const anthropicError = z
  .object({
    type: z.literal('error'),
    error: z.object({ type: z.string(), message: z.string() }),
    request_id: z.string(),
  })
  .meta({ id: 'AnthropicError' })
