// The settings that all nodes with a model share: which model, memory of the conversation, files to look at.

import { z } from 'zod'
import { numberField, selectorField } from '../define.ts'

export const modelField = z.object({
  provider: z.string(),
  name: z.string(),
  mode: z.string().nullish(),
  completion_params: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((parameters) => parameters ?? {}),
})
export type ModelSettings = z.output<typeof modelField>

export const memoryField = z
  .object({
    role_prefix: z
      .object({
        user: z
          .string()
          .nullish()
          .transform((text) => text ?? ''),
        assistant: z
          .string()
          .nullish()
          .transform((text) => text ?? ''),
      })
      .nullish(),
    window: z.object({ enabled: z.boolean().nullish(), size: numberField.nullish() }),
    query_prompt_template: z.string().nullish(),
  })
  .nullish()
  .transform((memory) => memory ?? undefined)
export type MemorySettings = NonNullable<z.output<typeof memoryField>>

const DEFAULT_FILES = ['sys', 'files'] as const

export const visionField = z
  .object({
    enabled: z.boolean().nullish(),
    configs: z.object({ variable_selector: selectorField, detail: z.string().nullish() }).nullish(),
  })
  .nullish()
  .transform((vision) => ({
    enabled: vision?.enabled ?? false,
    selector: vision?.configs?.variable_selector.length ? vision.configs.variable_selector : DEFAULT_FILES,
    detail: vision?.configs?.detail === 'low' ? ('low' as const) : ('high' as const),
  }))
export type VisionSettings = z.output<typeof visionField>
