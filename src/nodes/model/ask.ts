// Finds the model a node names and asks it. What the model's driver throws becomes a failure with the class name
// the app format knows for it.

import { messageOf, PlatformError } from '../../base/errors.ts'
import type { ValueObject } from '../../base/value.ts'
import type { NodeFailure } from '../../flow/events.ts'
import type { NodeContext } from '../../flow/spec.ts'
import { invokeErrorName } from '../../model/errors.ts'
import { contentText } from '../../model/memory.ts'
import type { ChatMessage, ChatModel, ChatRequest } from '../../model/spec.ts'
import { NodeError } from '../errors.ts'
import type { NodeServices } from '../spec.ts'
import type { ModelParameters } from './parameters.ts'
import type { ModelSettings } from './settings.ts'

/** @throws NodeError `node/model-missing` */
export const findModel = (settings: ModelSettings, context: NodeContext<NodeServices>): ChatModel => {
  const match = context.services.models.resolve({
    provider: settings.provider,
    name: settings.name,
    mode: settings.mode === 'completion' ? 'completion' : 'chat',
  })
  const wanted = `${settings.provider}/${settings.name}`
  if (match.type === 'missing') {
    throw new NodeError('node/model-missing', { details: { model: wanted, reason: match.reason } })
  }
  if (match.type === 'substitute') {
    const { provider, name } = match.model
    context.notice('model/substitute', `${wanted} is not configured; ${provider}/${name} answers in its place.`)
  }
  return match.model
}

export const buildRequest = (
  messages: readonly ChatMessage[],
  { parameters, stop }: ModelParameters,
  context: NodeContext<NodeServices>,
): ChatRequest => ({
  messages,
  parameters,
  ...(stop.length > 0 ? { stop } : {}),
  user: context.services.user,
  caller: context.nodeId,
})

/** The failure of a model call. Aborts and bugs are thrown on. */
export const callFailure = (error: unknown, signal: AbortSignal): NodeFailure => {
  if (signal.aborted || !(error instanceof PlatformError)) throw error
  return { type: invokeErrorName(error), message: messageOf(error), code: error.code }
}

/** Messages as the trace shows them. */
export const tracePrompts = (messages: readonly ChatMessage[], mask = (text: string) => text): readonly ValueObject[] =>
  messages.map((message) => ({
    role: message.role,
    text: mask(contentText(message.content)),
    files:
      typeof message.content === 'string'
        ? []
        : message.content.flatMap((part) =>
            part.type === 'media'
              ? [{ type: part.kind, mime_type: part.mimeType, filename: part.filename ?? null }]
              : [],
          ),
  }))
