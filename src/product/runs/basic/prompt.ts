// What a basic app says to its model, by mode, prompt type and kind of model. Source of the orders: the app format.
//
//   chat, simple         system: context, pre-prompt · the conversation · the query
//   chat, advanced       the configured messages · the conversation · the query
//   completion app       the same without conversation; the prompt itself is the user's message
//   completion model     all of it in one text
//   agent                as chat, simple; only inputs are filled in
//
// The user's own words come last and are never a template.

import { own, type ValueObject } from '../../../base/value.ts'
import { mediaFirst } from '../../../model/media.ts'
import { answerTokens, memoryBudget, recallMessages, recallText } from '../../../model/memory.ts'
import type { ChatMessage, ChatModel, MessagePart } from '../../../model/spec.ts'
import { estimatePromptTokens } from '../../../model/usage.ts'
import type { AppMode, ModelConfig } from '../../apps/file/spec.ts'
import { fillPrompt, hasPlace, namesInput, replaceInputs } from './prompt-template.ts'

export interface PromptSources {
  readonly mode: AppMode
  readonly config: ModelConfig
  readonly model: Pick<ChatModel, 'contextTokens'>
  readonly inputs: ValueObject
  /** In completion apps normally empty. */
  readonly query: string
  /** Files of the message that the model takes. */
  readonly media: readonly MessagePart[]
  /** Text found in knowledge; empty when there is none. */
  readonly context: string
  /** Oldest first. */
  readonly history: readonly ChatMessage[]
}

export interface Prompt {
  /** At least one. */
  readonly messages: readonly ChatMessage[]
  readonly stop: readonly string[]
}

/** How the two sides are called where a conversation is one text. */
const SPEAKERS = { user: 'Human', assistant: 'Assistant' } as const
/** Source: what vendors take at most. */
const MAX_STOPS = 4

export const assemblePrompt = (sources: PromptSources): Prompt => {
  const { messages, stop = sources.config.model.stop } = promptOf(sources)
  return { messages: showMedia(messages.length > 0 ? messages : [user('')], sources.media), stop }
}

const promptOf = (sources: PromptSources): Partial<Prompt> & Pick<Prompt, 'messages'> => {
  const { mode, config } = sources
  if (mode === 'agent-chat') return { messages: agentMessages(sources) }
  const asText = config.model.mode === 'completion'
  if (config.promptType === 'advanced') return { messages: asText ? advancedText(sources) : advancedMessages(sources) }
  return asText ? simpleText(sources) : { messages: simpleMessages(sources) }
}

// ---- parts

const contextSection = (context: string): string =>
  context === ''
    ? ''
    : `Use what stands between the <context></context> tags as your knowledge.

<context>
${context}
</context>

When you answer:
- If you do not know, say that you do not know.
- If you are not sure, ask for clarification.
- Do not mention that the information comes from the context.
- Answer in the language of the question.

`

/** True when the template holds the query itself. Old completion apps name it like an input. */
const holdsQuery = (template: string, { mode, inputs }: PromptSources): boolean =>
  hasPlace(template, 'query') ||
  (mode === 'completion' && namesInput(template, 'query') && !Object.hasOwn(inputs, 'query'))

const fill = (template: string, { mode, inputs, query, context }: PromptSources, histories = ''): string => {
  if (mode !== 'completion') return fillPrompt(template, { inputs, places: { query, context, histories } })
  // Old callers send the query beside the inputs, newer ones among them; either fills both spellings.
  const given = own(inputs, 'query')
  const text = query === '' && typeof given === 'string' ? given : query
  const named = text === '' ? inputs : { query: text, ...inputs }
  return fillPrompt(template, { inputs: named, places: { query: text, context, histories } })
}

const user = (content: string): ChatMessage => ({ role: 'user', content })

// ---- the forms

const agentMessages = (sources: PromptSources): readonly ChatMessage[] => {
  const system = replaceInputs(sources.config.prePrompt, sources.inputs)
  return withHistory(said([{ role: 'system', content: system }]), [user(sources.query)], sources)
}

const simpleMessages = (sources: PromptSources): readonly ChatMessage[] => {
  const { config, mode, query } = sources
  const prompt = contextSection(sources.context) + fill(config.prePrompt, sources)
  const alone = mode === 'completion' && (query === '' || holdsQuery(config.prePrompt, sources))
  return alone ? [user(prompt)] : withHistory(said([{ role: 'system', content: prompt }]), [user(query)], sources)
}

const simpleText = (sources: PromptSources): Prompt => {
  const { config, mode, query } = sources
  const before = contextSection(sources.context) + fill(config.prePrompt, sources)
  const alone = mode === 'completion' && (query === '' || holdsQuery(config.prePrompt, sources))
  const after = alone ? '' : `\n\n${SPEAKERS.user}: ${query}\n\n${SPEAKERS.assistant}: `
  const remembered = recalledText(sources, [user(before + after)], SPEAKERS)
  const histories =
    remembered === ''
      ? ''
      : `\n\nThe conversation so far stands between the <histories></histories> tags.\n\n<histories>\n${remembered}\n</histories>`
  const stop = [...new Set([...config.model.stop, `\n${SPEAKERS.user}:`, '</histories>'])].slice(0, MAX_STOPS)
  return { messages: [user((before + histories + after).trimStart())], stop }
}

const advancedMessages = (sources: PromptSources): readonly ChatMessage[] => {
  const { config, query } = sources
  const filled = (histories: string) =>
    said(config.chatPrompt.map(({ role, text }) => ({ role, content: fill(text, sources, histories) })))
  const before = filled('')
  const holds = query === '' || config.chatPrompt.some(({ text }) => holdsQuery(text, sources))
  const last = holds ? [] : [user(query)]
  if (!config.chatPrompt.some(({ text }) => hasPlace(text, 'histories'))) return withHistory(before, last, sources)
  return [...filled(recalledText(sources, [...before, ...last], SPEAKERS)), ...last]
}

const advancedText = (sources: PromptSources): readonly ChatMessage[] => {
  const { text, userPrefix, assistantPrefix } = sources.config.completionPrompt
  const prefixes = { user: userPrefix || SPEAKERS.user, assistant: assistantPrefix || SPEAKERS.assistant }
  const histories = hasPlace(text, 'histories') ? recalledText(sources, [user(fill(text, sources))], prefixes) : ''
  return [user(fill(text, sources, histories))]
}

// ---- the conversation and the files

/** The conversation between what stands before it and the query, as far as the model's context allows. */
const withHistory = (
  before: readonly ChatMessage[],
  last: readonly ChatMessage[],
  sources: PromptSources,
): readonly ChatMessage[] => [...before, ...recall(sources, [...before, ...last]), ...last]

const recalledText = (
  sources: PromptSources,
  others: readonly ChatMessage[],
  prefixes: { readonly user: string; readonly assistant: string },
): string => recallText(recall(sources, others), prefixes)

/** @param others everything else that is sent, but for the files */
const recall = (
  { mode, config, model, history, media }: PromptSources,
  others: readonly ChatMessage[],
): readonly ChatMessage[] => {
  if (mode === 'completion') return []
  const sent: readonly ChatMessage[] = media.length > 0 ? [...others, { role: 'user', content: media }] : others
  const reserved = answerTokens(config.model.parameters) + estimatePromptTokens({ messages: sent })
  return recallMessages(history, { turns: undefined, budget: memoryBudget(model, reserved) })
}

const said = (messages: readonly ChatMessage[]): readonly ChatMessage[] =>
  messages.filter(({ content }) => content !== '')

/** Puts files in front of what the user says last, else into a message of their own. */
const showMedia = (messages: readonly ChatMessage[], media: readonly MessagePart[]): readonly ChatMessage[] => {
  if (media.length === 0) return messages
  const last = messages.findLastIndex(({ role }) => role === 'user')
  if (last === -1) return [...messages, { role: 'user', content: media }]
  return messages.map((message, index) =>
    index === last ? { role: 'user', content: mediaFirst(media, message.content) } : message,
  )
}
