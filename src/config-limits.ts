// Limits, budgets, prices and the queue in the configuration, below `gateway`.

import { z } from 'zod'
import { nanoDollars, picoPerToken } from './base/money.ts'
import { count, milliseconds } from './config-values.ts'

const target = z
  .string()
  .regex(/^[A-Za-z0-9*][\w.*-]*\/\S+$/, 'must be written provider/model; * stands for any characters')
  .max(300)
const day = z.iso.date('must be a day such as 2026-01-31')

/** Decimal text of a number: YAML writes most prices as numbers. */
const decimal = (reads: (text: string) => bigint | undefined, error: string) =>
  z
    .union([z.number(), z.string()], { error })
    .transform((value) => (typeof value === 'number' ? plainText(value) : value.trim()))
    .refine((text) => reads(text) !== undefined, { error })

/** Without an exponent: `1e-7` is `0.0000001`. */
const plainText = (value: number): string =>
  Math.abs(value) < 1e-6 && value !== 0 ? value.toFixed(12).replace(/0+$/, '') : String(value)

/** US dollars for a million tokens. */
const rate = () => decimal(picoPerToken, 'must be dollars with at most six decimals')
const dollars = () => decimal(nanoDollars, 'must be dollars with at most nine decimals')

const whom = {
  /** `all`: everybody together; otherwise each tenant, app, key or user by itself. */
  subject: z.enum(['all', 'tenant', 'app', 'key', 'user']),
  /** Only this one. */
  id: z.string().min(1).max(300).exactOptional(),
}

const limit = z
  .strictObject({
    ...whom,
    /** Only calls that try this target first. */
    target: target.exactOptional(),
    requests: count(1, 1_000_000_000).exactOptional(),
    tokens: count(1, 1_000_000_000_000).exactOptional(),
    periodMs: milliseconds().default(60_000),
    /** Requests at one moment after a rest. Default `requests`. */
    burst: count(1, 1_000_000_000).exactOptional(),
    concurrent: count(0, 1_000_000).exactOptional(),
  })
  .refine(
    ({ requests, tokens, concurrent }) => (requests ?? tokens ?? concurrent) !== undefined,
    'must have requests, tokens or concurrent',
  )

const budget = z.strictObject({
  ...whom,
  window: z.enum(['hour', 'day', 'month', 'total']),
  limitUsd: dollars(),
})

const rates = {
  prompt: rate(),
  cachedPrompt: rate().exactOptional(),
  cacheWrite: rate().exactOptional(),
  completion: rate(),
}

const price = z.strictObject({
  target,
  /** Holds from the beginning of this day in UTC. */
  from: day.exactOptional(),
  ...rates,
  reasoning: rate().exactOptional(),
  audio: rate().exactOptional(),
  /** US dollars for one picture that is drawn. */
  imageOutputUsd: dollars().exactOptional(),
  longContext: z.strictObject({ aboveTokens: count(1, 1_000_000_000), ...rates }).exactOptional(),
})

export const limitsSchema = z.array(limit).max(1_000).default([])
export const budgetsSchema = z.array(budget).max(1_000).default([])
export const pricesSchema = z.array(price).max(10_000).default([])

export const queueSchema = z
  .strictObject({
    /** Calls that wait in this process for a place. 0: none. */
    length: count(0, 100_000).default(1_000),
    /** Longest wait. */
    waitMs: milliseconds().default(30_000),
    /** A wait that lifts a call by one class of priority. */
    ageMs: milliseconds().default(5_000),
  })
  .prefault({})

export type LimitConfig = z.output<typeof limit>
export type BudgetConfig = z.output<typeof budget>
export type PriceConfig = z.output<typeof price>
