// Looking up what is commonly known about a model by the name a provider has for it.
//
// D1  A name finds its own entry, or the one it is a dated or tagged form of: `gpt-4o-2024-08-06` is `gpt-4o`, and
//     `gpt-4o-mini` is not. Nothing is guessed beyond that: a successor has its own prices.

import { sheet } from './models-2026-11.ts'
import type { KnownModel, Prices, Vendor } from './spec.ts'

/** Dates, versions of a snapshot, and words for "the newest": what a name may have behind that of its entry. */
const TAIL =
  /^(?:[-@:](?:\d{4}-\d{2}-\d{2}|\d{2}-\d{2,4}|\d{3,8}|latest|preview|exp|beta|free|v\d+)(?![a-z0-9])|:\d+)*$/

const byName = new Map<string, KnownModel[]>()
for (const model of sheet.models) byName.set(model.name, [...(byName.get(model.name) ?? []), model])
/** Longest first: the most exact entry wins. */
const names = [...byName.keys()].sort((a, b) => b.length - a.length)

/** The price list of a provider's type; undefined where any vendor's models may be served. */
export const vendorOfType = (type: string): Vendor | undefined => VENDORS.get(type)

const VENDORS: ReadonlyMap<string, Vendor> = new Map([
  ['openai', 'openai'],
  ['azure', 'openai'],
  ['anthropic', 'anthropic'],
  ['gemini', 'gemini'],
  ['ollama', 'open'],
  ['local', 'open'],
  ['offline', 'open'],
])

/** What is known of a model. @param vendor only this one's; undefined: anybody's */
export const knownModel = (vendor: Vendor | undefined, name: string): KnownModel | undefined => {
  const plain = plainName(name)
  const found = names.find((known) => plain.startsWith(known) && TAIL.test(plain.slice(known.length)))
  const entries = found === undefined ? [] : (byName.get(found) ?? [])
  return vendor === undefined ? entries[0] : entries.find((entry) => entry.vendor === vendor)
}

/** The prices on a day. @param at ms since the epoch */
export const pricesOn = (model: KnownModel, at: number): Prices | undefined => {
  const begun = model.later?.filter(({ from }) => Date.parse(from) <= at)
  return begun?.at(-1)?.prices ?? model.prices
}

/** Without what resellers and clouds put around a name: `us.anthropic.claude-sonnet-4-5-20250929-v1:0`,
 *  `openai/gpt-4o`, `models/gemini-2.5-pro`, `Qwen/Qwen3-32B`, `llama3.2:latest`. */
const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^.*\//, '')
    .replace(/^(?:us|eu|apac|global|jp|au|us-gov)\./, '')
    .replace(/^(?:anthropic|amazon|meta|mistral|cohere|deepseek|qwen|openai|ai21)\./, '')
