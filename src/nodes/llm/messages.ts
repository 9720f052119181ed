// Puts together what an llm node says to its model.
//
// Order: the template's messages, each followed by the files its variables name; the remembered conversation; the
// query of memory; files to look at, in front of the last user message. Then parts the model cannot take go, then
// messages that are empty.

import type { ValueObject } from '../../base/value.ts'
import type { FileValue } from '../../flow/file.ts'
import { renderText } from '../../flow/render.ts'
import type { NodeContext } from '../../flow/spec.ts'
import { renderTemplate } from '../../flow/template.ts'
import { mediaFirst, takesMedia } from '../../model/media.ts'
import { answerTokens, memoryBudget, recallMessages, recallText } from '../../model/memory.ts'
import type { ChatMessage, ChatModel, MessagePart } from '../../model/spec.ts'
import { NodeError } from '../errors.ts'
import { fileParts, visionFiles } from '../model/media.ts'
import { requiredVariable } from '../required-variable.ts'
import type { NodeServices } from '../spec.ts'
import { type ContextText, NO_CONTEXT, readContext } from './context.ts'
import { type FillWith, jinjaInputs, type PromptText } from './prompt-text.ts'
import type { LlmPlan, PromptMessage } from './settings.ts'

/** Everything taken from the run before the model is known. */
export interface LlmInputs {
  readonly context: ContextText
  readonly jinja: ValueObject
  readonly files: readonly FileValue[]
  readonly parameters: ReturnType<LlmPlan['parameters']>
  readonly trace: ValueObject
}

/** @param mask hides secrets in the trace
 *  @throws NodeError `node/variable-missing`, `node/context-shape`, `node/variable-type` */
export const readInputs = (
  plan: LlmPlan,
  node: NodeContext<NodeServices>,
  mask: (text: string) => string,
): LlmInputs => {
  const get = node.get
  const { settings } = plan
  const trace: Record<string, ValueObject[string]> = {}
  for (const selector of plan.required) {
    const value = requiredVariable(selector, get)
    trace[`#${selector.join('.')}#`] = typeof value === 'string' ? mask(value) : value
  }
  const jinja = jinjaInputs(settings.prompt_config, get)
  const context = settings.context.length > 0 ? readContext(get(settings.context)) : NO_CONTEXT
  if (context.text !== '') trace['#context#'] = context.text
  const files = settings.vision.enabled ? visionFiles(get, settings.vision.selector) : []
  if (files.length > 0) trace['#files#'] = files
  return { context, jinja, files, parameters: plan.parameters(get), trace: { ...trace, ...jinja } }
}

/** What the prompt is made of. */
export interface PromptSources {
  readonly plan: LlmPlan
  readonly inputs: LlmInputs
  readonly model: ChatModel
  readonly node: NodeContext<NodeServices>
}

/** @throws NodeError `node/no-prompt`, `node/template-failed`, `node/file-unavailable`, `node/role-prefix-missing` */
export const assembleMessages = async (sources: PromptSources): Promise<readonly ChatMessage[]> => {
  const { plan, inputs, model, node } = sources
  const { vision } = plan.settings
  const messages =
    plan.prompt.type === 'chat'
      ? await chatMessages(plan.prompt.messages, sources)
      : [completionMessage(plan.prompt.text, sources)]
  showFiles(messages, await fileParts(inputs.files, model, node, vision.detail))
  if (vision.enabled) showFiles(messages, await fileParts(inputs.context.files, model, node, vision.detail))
  const kept = messages.map((message) => fitMessage(message, model)).filter((message) => message.content.length > 0)
  if (kept.length === 0) throw new NodeError('node/no-prompt')
  return kept
}

const chatMessages = async (
  prompt: readonly PromptMessage[],
  { plan, inputs, model, node }: PromptSources,
): Promise<ChatMessage[]> => {
  const { get, random } = node
  const values: FillWith = { get, places: { context: inputs.context.text }, jinja: inputs.jinja, random }
  const messages: ChatMessage[] = []
  for (const { role, text } of prompt) {
    messages.push({ role, content: text.fill(values) })
    const files = await fileParts(text.files(node.get), model, node, plan.settings.vision.detail)
    if (files.length > 0) messages.push({ role, content: files })
  }
  if (plan.settings.memory !== undefined) {
    messages.push(...recall({ plan, inputs, model, node }), { role: 'user', content: memoryQuery(plan, node) })
  }
  return messages
}

const completionMessage = (text: PromptText, sources: PromptSources): ChatMessage => {
  const { plan, inputs, node } = sources
  const { memory } = plan.settings
  let histories = ''
  if (memory !== undefined) {
    const prefix = memory.role_prefix
    if (!prefix?.user || !prefix.assistant) throw new NodeError('node/role-prefix-missing')
    histories = recallText(recall(sources), prefix)
  }
  const places = { context: inputs.context.text, histories, query: memoryQuery(plan, node) }
  const filled = text.fill({ get: node.get, places, jinja: inputs.jinja, random: node.random })
  return { role: 'user', content: histories !== '' && !text.has('histories') ? `${histories}\n${filled}` : filled }
}

const recall = ({ plan, inputs, model, node }: PromptSources): readonly ChatMessage[] => {
  const window = plan.settings.memory?.window
  const turns = window?.enabled && window.size && window.size > 0 ? window.size : undefined
  const budget = memoryBudget(model, answerTokens(inputs.parameters.parameters))
  return recallMessages(node.services.history, { turns, budget })
}

/** What memory asks; the user's own words stay as they are, whatever places they seem to hold. */
const memoryQuery = (plan: LlmPlan, node: NodeContext<NodeServices>): string =>
  plan.memoryQuery === undefined
    ? renderText(node.get(['sys', 'query']) ?? null)
    : renderTemplate(plan.memoryQuery, node.get)

/** Puts files in front of the last message when the user said it, else into a message of their own. */
const showFiles = (messages: ChatMessage[], parts: readonly MessagePart[]): void => {
  if (parts.length === 0) return
  const last = messages.at(-1)
  if (last?.role !== 'user') {
    messages.push({ role: 'user', content: parts })
    return
  }
  messages[messages.length - 1] = { role: 'user', content: mediaFirst(parts, last.content) }
}

/** The message without the parts the model cannot take; one text alone is that text. */
const fitMessage = (message: ChatMessage, model: ChatModel): ChatMessage => {
  if (typeof message.content === 'string') return message
  const parts = message.content.filter((part) => part.type === 'text' || takesMedia(model, part.kind))
  const [only, ...more] = parts
  const content = only?.type === 'text' && more.length === 0 ? only.text : parts
  return { ...message, content } as ChatMessage // A tool's message never has parts.
}
