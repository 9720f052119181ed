// How many tokens a request has: as the vendor itself counts, where it does; else by estimate. Costs nothing, and is not recorded.

import { ModelError } from '../../model/errors.ts'
import type { Limiter, Subject } from '../../model/limit/spec.ts'
import type { Target } from '../../model/resilience/spec.ts'
import type { ChatRequest } from '../../model/spec.ts'
import { estimatePromptTokens } from '../../model/usage.ts'
import { type FactsOf, findNamed, type Routers } from './naming.ts'
import type { Gateway, GatewayCaller } from './spec.ts'
import type { Targets } from './targets.ts'

export interface CountParts {
  readonly targets: Targets
  readonly routers: Routers
  readonly factsOf: FactsOf
  readonly limiter: Limiter
  readonly subjectsOf: (by: GatewayCaller) => readonly Subject[]
}

export const countCalls = (parts: CountParts): Pick<Gateway, 'countTokens'> => {
  /** Undefined for apps, and for routers that find none. */
  const targetOf = (by: GatewayCaller, model: string, request: ChatRequest): Target | undefined => {
    const named = findNamed(parts, by.caller, model, 'chat')
    if (named.type === 'target') return named.target
    if (named.type === 'app') return undefined
    const facts = parts.factsOf(request, { kind: 'chat', metadata: {} })
    const [first] = named.router.decide(facts, parts.targets.world).targets
    return first === undefined ? undefined : parts.targets.find(first)
  }

  /** Undefined where nobody counts, or the vendor fails to. */
  const askVendor = async (
    by: GatewayCaller,
    { target, request }: { readonly target: Target; readonly request: ChatRequest },
    signal: AbortSignal,
  ): Promise<number | undefined> => {
    const model = target.accounts[0]?.provider.chat(target.model)
    if (!model?.countTokens) return undefined
    const ask = { promptTokens: 0, maxCompletionTokens: 0, priority: 'normal' } as const
    const admission = await parts.limiter.admit(
      { subjects: parts.subjectsOf(by), targets: [target.id], ...ask },
      signal,
    )
    try {
      return await model.countTokens(request, signal)
    } catch (error) {
      // A count is worth no failure, and servers that only resemble their vendor have none.
      if (error instanceof ModelError) return undefined
      throw error
    } finally {
      admission.release()
    }
  }

  return {
    async countTokens(by, { model, request }, signal) {
      const target = targetOf(by, model, request)
      const counted = target && (await askVendor(by, { target, request }, signal))
      return {
        target: target?.id,
        tokens: counted ?? estimatePromptTokens(request),
        estimated: counted === undefined,
      }
    },
  }
}
