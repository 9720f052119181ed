// What is commonly known about models of well-known vendors. Types only.
//
// Glossary
//   vendor    who makes the model or lists its price; `open` for open weights, which have no price of their own
//   prices    list prices without discounts, as the vendor's page showed them on the sheet's date; configuration overrides them

import type { ModelFeature, ModelKind } from '../spec.ts'

export type Vendor =
  | 'openai'
  | 'anthropic'
  | 'gemini'
  | 'deepseek'
  | 'mistral'
  | 'cohere'
  | 'xai'
  | 'qwen'
  | 'moonshot'
  | 'zhipu'
  | 'amazon'
  | 'open'

/** US dollars for a million tokens. */
export interface Rates {
  readonly prompt: number
  /** Of the prompt: read from the vendor's cache. Absent: as `prompt`. */
  readonly cachedPrompt?: number
  /** Of the prompt: written to the vendor's cache, at its shortest life. Absent: as `prompt`. */
  readonly cacheWrite?: number
  readonly completion: number
}

export interface Prices extends Rates {
  /** Thinking, where it has a price of its own. Absent: as `completion`. */
  readonly reasoning?: number
  /** Of the prompt: sound. Absent: as `prompt`. Vendors bill pictures as prompt tokens. */
  readonly audio?: number
  /** US dollars for one picture the model draws. */
  readonly imageOutputUsd?: number
  /** The whole call is billed so when its prompt has more tokens than this. */
  readonly longContext?: Rates & { readonly aboveTokens: number }
}

export interface KnownModel {
  readonly vendor: Vendor
  /** In lower case, without date. */
  readonly name: string
  /** Default `chat`. */
  readonly kind?: ModelKind
  /** Tokens of prompt and answer together; absent where the vendor's page was not read for it. */
  readonly contextTokens?: number
  readonly features?: readonly ModelFeature[]
  /** Absent: unknown, or hosted by whoever runs it. */
  readonly prices?: Prices
  /** Announced changes, oldest first; `from` is a day in UTC, `YYYY-MM-DD`. */
  readonly later?: readonly { readonly from: string; readonly prices: Prices }[]
  /** Our rough ordering, 0 to 100; a judgement for routing, no measurement. */
  readonly quality?: number
}

export interface ModelSheet {
  /** When the prices were looked up, `YYYY-MM-DD`. */
  readonly date: string
  /** Where they come from, by vendor. */
  readonly sources: Readonly<Record<Vendor, string>>
  readonly models: readonly KnownModel[]
}
