// Stages around a call: in order before the model, in the same order behind it.

import type { ChatRequest, ChatStreamPart } from '../../model/spec.ts'
import type { Stage, StageContext, StageFilter } from '../../model/stage/spec.ts'
import { estimatedUsage, estimateTokens } from '../../model/usage.ts'

export type Staged =
  | { readonly type: 'request'; readonly request: ChatRequest }
  | { readonly type: 'answer'; readonly parts: AsyncIterable<ChatStreamPart> }

export const stagesBefore = async (
  stages: readonly Stage[],
  given: ChatRequest,
  context: StageContext,
): Promise<Staged> => {
  let request = given
  for (const stage of stages) {
    const verdict = await stage.before?.(request, context)
    if (verdict?.type === 'answer') return { type: 'answer', parts: spoken(verdict.text, request) }
    if (verdict) request = verdict.request
  }
  return { type: 'request', request }
}

async function* spoken(text: string, request: ChatRequest): AsyncGenerator<ChatStreamPart, void> {
  yield { type: 'text-delta', text }
  yield { type: 'finish', reason: 'stop', usage: estimatedUsage(request, estimateTokens(text)) }
}

export async function* stagesAfter(
  stages: readonly Stage[],
  request: ChatRequest,
  context: StageContext,
  parts: AsyncIterable<ChatStreamPart>,
): AsyncGenerator<ChatStreamPart, void> {
  const filters = stages.flatMap((stage) => stage.after?.(request, context) ?? [])
  for await (const part of parts) yield* await through(filters, part)
}

const through = async (filters: readonly StageFilter[], part: ChatStreamPart): Promise<readonly ChatStreamPart[]> => {
  let parts: readonly ChatStreamPart[] = [part]
  for (const filter of filters) {
    const next: ChatStreamPart[] = []
    for (const one of parts) next.push(...(await filter.push(one)))
    parts = next
  }
  return parts
}
