// What members are asked. Tools belong to the stage whose answer goes out: where answers are fused, members have none.

import type { ChatMessage, ChatRequest } from '../spec.ts'
import type { Panel, PanelMember } from './spec.ts'

/** Marks requests of panels, so that a panel never asks a panel. */
const CALLER = 'panel:'

export const isOfPanel = (request: ChatRequest): boolean => request.caller?.startsWith(CALLER) ?? false

export const callerOf = (panel: Pick<Panel, 'name'>): string => `${CALLER}${panel.name}`

/** @param hasTools whether this member's answer may be the one that goes out as it is */
export const memberRequest = (
  panel: Panel,
  member: PanelMember,
  asked: ChatRequest,
  hasTools: boolean,
): ChatRequest => {
  const request = hasTools ? asked : withoutTools(asked)
  return { ...request, parameters: { ...asked.parameters, ...member.parameters }, caller: callerOf(panel) }
}

/** Where tools were used before, vendors want to know them still: then the model is only forbidden to call any. */
const withoutTools = (request: ChatRequest): ChatRequest => {
  if (!request.tools?.length) return request
  if (request.messages.some(usesTools)) return { ...request, toolChoice: 'none' }
  const { tools: _, toolChoice: _choice, parallelToolCalls: _parallel, toolFragments: _fragments, ...rest } = request
  return rest
}

const usesTools = (message: ChatMessage): boolean =>
  message.role === 'tool' || (message.role === 'assistant' && (message.toolCalls?.length ?? 0) > 0)
