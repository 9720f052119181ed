// Panels, stages, batching and warm-up in the configuration, below `gateway`.

import { z } from 'zod'
import type { Providers } from './config-models.ts'
import { whyNoTarget } from './config-routers.ts'
import { count, milliseconds } from './config-values.ts'
import { formatSettings } from './model/stage/format.ts'
import { preprocessSettings } from './model/stage/preprocess.ts'
import { sensitiveWordsSettings } from './model/stage/sensitive-words.ts'

const targetName = z
  .string()
  .regex(/^[^/\s]+\/\S+$/, 'must be written provider/model')
  .max(300)
const panelName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be a name of letters, digits, dots and dashes')
const weight = z.number().gt(0).max(1_000_000)

const memberOfPanel = z.union([
  targetName.transform((target) => ({ target, weight: 1, timeoutMs: 60_000, parameters: {} })),
  z.strictObject({
    target: targetName,
    weight: weight.default(1),
    timeoutMs: milliseconds().default(60_000),
    /** Win over the caller's. */
    parameters: z.record(z.string(), z.json()).default({}),
  }),
])

const panelDefinition = z
  .strictObject({
    mode: z.enum(['all', 'race', 'cascade']).default('all'),
    members: z.array(memberOfPanel).min(1).max(16),
    /** Answers needed; in a cascade, answers that must agree. */
    quorum: count(1, 16).default(1),
    fusion: z.enum(['vote', 'field-vote', 'mean', 'best-of', 'synthesis', 'ranking', 'auto']).default('auto'),
    /** Chooses or writes the answer. */
    arbiter: targetName.exactOptional(),
    /** Members asked at the same time. */
    parallel: count(1, 16).default(8),
    /** Whether feedback changes what members count. */
    learn: z.boolean().default(true),
    /** Weights of targets for one tenant, by its id. */
    tenantWeights: z.record(z.string().min(1), z.record(targetName, weight)).default({}),
  })
  .refine(({ quorum, members }) => quorum <= members.length, {
    path: ['quorum'],
    error: 'must not be more than there are members',
  })

export type PanelDefinition = z.output<typeof panelDefinition>

export const panelsSchema = z.record(panelName, panelDefinition).default({})

export const stagesSchema = z
  .record(panelName, z.discriminatedUnion('type', [sensitiveWordsSettings, preprocessSettings, formatSettings]))
  .default({})

export const batchingSchema = z
  .strictObject({
    /** Texts of one call to an embedding model. 1: nothing is merged. */
    maxTexts: count(1, 2_048).default(16),
    /** Longest wait for others while a call is under way. */
    maxWaitMs: milliseconds().default(100),
  })
  .prefault({})

export const warmUpSchema = z.array(targetName).max(100).default([])

interface Checked {
  readonly panels: Readonly<Record<string, PanelDefinition>>
  readonly warmUp: readonly string[]
}

/** Whether everything that is named is there. @param report takes the place and the reason */
export const checkPanels = (
  { panels, warmUp }: Checked,
  providers: Providers,
  report: (path: string, reason: string) => void,
): void => {
  const check = (path: string, target: string): void => {
    const reason = whyNoTarget(target, providers)
    if (reason !== undefined) report(path, `${target} cannot be used: ${reason}`)
  }
  for (const [name, panel] of Object.entries(panels)) {
    const path = `gateway.panels.${name}`
    for (const [i, { target }] of panel.members.entries()) check(`${path}.members[${i}]`, target)
    if (panel.arbiter !== undefined) check(`${path}.arbiter`, panel.arbiter)
    for (const [tenant, weights] of Object.entries(panel.tenantWeights)) {
      for (const target of Object.keys(weights)) {
        const isMember = panel.members.some((member) => member.target === target)
        if (!isMember) report(`${path}.tenantWeights.${tenant}.${target}`, `${target} is no member of the panel`)
      }
    }
  }
  for (const [i, target] of warmUp.entries()) check(`gateway.warmUp[${i}]`, target)
}
