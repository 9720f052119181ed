// What an answer cost, said with its usage: for those who show it. The books are kept elsewhere.

import type { TokenCost } from '../../base/cost.ts'
import type { AskPanel } from '../../model/fuse/spec.ts'
import type { DatedPriceBook } from '../../model/limit/prices.ts'
import type { ChatStreamPart, ModelUsage } from '../../model/spec.ts'

/** At list prices of the day. Undefined: none is known. */
export const costAt = (
  prices: Pick<DatedPriceBook, 'partsOf'>,
  { target, usage, at }: { readonly target: string; readonly usage: ModelUsage; readonly at: number },
): TokenCost | undefined => {
  const found = prices.partsOf(target, usage, at)
  return (
    found && {
      promptNanoUsd: found.promptNanoUsd,
      completionNanoUsd: found.completionNanoUsd,
      promptPicoUsd: found.rates.prompt,
      completionPicoUsd: found.rates.completion,
    }
  )
}

/** Out of a cache: it was paid before. */
export const PAID_BEFORE: TokenCost = Object.freeze({
  promptNanoUsd: 0,
  completionNanoUsd: 0,
  promptPicoUsd: 0,
  completionPicoUsd: 0,
})

/** The same parts; the last says what the answer cost, unless it does so already. */
export const withCost = async function* (
  parts: AsyncIterable<ChatStreamPart>,
  costOf: (usage: ModelUsage) => TokenCost | undefined,
): AsyncGenerator<ChatStreamPart, void> {
  for await (const part of parts) {
    const cost = part.type === 'finish' ? (part.usage.cost ?? costOf(part.usage)) : undefined
    yield part.type === 'finish' && cost ? { ...part, usage: { ...part.usage, cost } } : part
  }
}

/** Members of a panel say what they cost, so that the sum of the panel does. */
export const withMemberCosts =
  (askPanel: AskPanel, costOf: (target: string, usage: ModelUsage) => TokenCost | undefined): AskPanel =>
  (panel, request, ask, signal) =>
    askPanel(
      panel,
      request,
      (target, asked, inner) => withCost(ask(target, asked, inner), (usage) => costOf(target, usage)),
      signal,
    )
