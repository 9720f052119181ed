// Whether to call a tool, and with what. Called is what the prompt names, what the caller demands, or what clearly fits.

import { stringifyJson } from '../../../base/json.ts'
import { isObject, own } from '../../../base/value.ts'
import type { ChatRequest, ToolDefinition } from '../../spec.ts'
import type { OfflinePrompt } from './prompt.ts'
import { fillSchema } from './schema-filling.ts'
import { termsOf, wordsOfName } from './terms.ts'

export interface ChosenCall {
  readonly name: string
  readonly argumentsJson: string
}

/** The share of a tool's own words that the question must have. */
const MIN_NAME_SHARE = 0.5
// Verbs of names that say nothing about what a tool is for.
const GENERIC = new Set(
  'get set do run call use fetch find make create list search query lookup look up send show read tool api http request data info'.split(
    ' ',
  ),
)

export const chooseCall = (request: ChatRequest, prompt: OfflinePrompt): ChosenCall | undefined => {
  const { tools, toolChoice } = request
  if (!tools || tools.length === 0 || toolChoice === 'none') return undefined
  const tool = pick(tools, toolChoice, prompt)
  if (!tool) return undefined
  const text = taskText(prompt)
  const value = fillSchema({ type: 'object', ...tool.parameters }, text)
  return { name: tool.name, argumentsJson: stringifyJson(value) }
}

const pick = (
  tools: readonly ToolDefinition[],
  choice: ChatRequest['toolChoice'],
  prompt: OfflinePrompt,
): ToolDefinition | undefined => {
  if (typeof choice === 'object') return tools.find((tool) => tool.name === choice.name)
  // With the results at hand the answer is due; asking again would never end.
  if (prompt.results.length > 0) return undefined
  const words = new Set(termsOf(prompt.question))
  const asked =
    tools.find((tool) => namesTool(prompt.user, tool.name)) ?? tools.find((tool) => namesTool(prompt.system, tool.name))
  const scored = tools.map((tool) => ({ tool, score: fitOf(tool, words) }))
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a))
  if (choice === 'required') return asked ?? best.tool
  return asked ?? (best.score >= MIN_NAME_SHARE ? best.tool : undefined)
}

const namesTool = (text: string, name: string): boolean =>
  /[_-]|\p{Lu}/u.test(name.slice(1)) &&
  new RegExp(`(?<![\\w-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`).test(text)

/** 1 when every word of the name is asked for; a description that matches in two words counts as clear, too. */
const fitOf = (tool: ToolDefinition, words: ReadonlySet<string>): number => {
  const name = termsOf(
    wordsOfName(tool.name)
      .filter((word) => !GENERIC.has(word))
      .join(' '),
  )
  const described = new Set(termsOf(tool.description ?? ''))
  const inName = name.filter((term) => words.has(term)).length
  const inDescription = [...described].filter((term) => words.has(term) && !GENERIC.has(term)).length
  const nameShare = name.length === 0 ? 0 : inName / name.length
  return nameShare + (inDescription >= 2 ? MIN_NAME_SHARE : 0) + inDescription * 0.01
}

/** The text that arguments are taken from. */
export const taskText = (prompt: OfflinePrompt): string => {
  const task = prompt.task
  for (const key of ['text', 'input_text', 'query', 'question', 'input']) {
    const value = task && isObject(task) ? own(task, key) : undefined
    if (typeof value === 'string') return value
  }
  return prompt.question
}
