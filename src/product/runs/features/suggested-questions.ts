// Questions a user might ask next, by a model. They are an extra: whatever goes wrong, there are none, and the log says why.

import { messageOf, PlatformError } from '../../../base/errors.ts'
import { tryParseJson } from '../../../base/json.ts'
import { closingBracket } from '../../../base/json-in-text.ts'
import type { Clock, Log } from '../../../base/seams.ts'
import { isList, isObject, own, type Value, type ValueObject } from '../../../base/value.ts'
import { memoryBudget, recallMessages, recallText } from '../../../model/memory.ts'
import type { ChatMessage, ChatModel, ChatRequest, ModelDirectory, ModelReference } from '../../../model/spec.ts'
import { estimateTokens } from '../../../model/usage.ts'

export interface QuestionRequest {
  readonly models: ModelDirectory
  /** Whose questions they are; absent or missing: the default model. */
  readonly model?: ModelReference & { readonly parameters?: ValueObject }
  /** Oldest first. */
  readonly history: readonly ChatMessage[]
  readonly signal: AbortSignal
  /** The app's own instruction, instead of ours. */
  readonly prompt?: string
}

export interface QuestionParts {
  readonly clock: Clock
  readonly log?: Log
}

const MAX_QUESTIONS = 3
/** Characters; longer ones are no questions to click on. */
const MAX_LENGTH = 200
const TIME_LIMIT_MS = 30_000
/** Tokens, thinking included. */
const ANSWER_TOKENS = 2_560

const INSTRUCTION =
  'Suggest the three questions that the user is most likely to ask next. Each has at most 20 words and is in the language of the conversation.'
const FORM = 'Answer with nothing but a JSON array of three texts.'

/** @returns the function that asks; it never fails, and answers at most three questions within 30 seconds */
export const createQuestionSuggester =
  ({ clock, log }: QuestionParts) =>
  async (request: QuestionRequest): Promise<readonly string[]> => {
    const model = findModel(request)
    if (!model || request.history.length === 0) return []
    const limit = new AbortController()
    const cancel = clock.after(TIME_LIMIT_MS, () => limit.abort())
    try {
      const { text } = await model.generate(
        toChatRequest(request, model),
        AbortSignal.any([request.signal, limit.signal]),
      )
      return readQuestions(text)
    } catch (error) {
      const expected = error instanceof PlatformError || request.signal.aborted || limit.signal.aborted
      if (!expected) throw error
      log?.warn('no-suggestions', { reason: limit.signal.aborted ? 'time limit' : messageOf(error) })
      return []
    } finally {
      cancel()
    }
  }

const findModel = ({ models, model }: QuestionRequest): ChatModel | undefined => {
  const match = model && models.resolve(model)
  return match && match.type !== 'missing' ? match.model : models.defaultModel
}

const toChatRequest = ({ history, prompt, model: chosen }: QuestionRequest, model: ChatModel): ChatRequest => {
  const instruction = `${prompt?.trim() || INSTRUCTION}\n\n${FORM}`
  const budget = memoryBudget(model, ANSWER_TOKENS + estimateTokens(instruction))
  const conversation = recallText(recallMessages(history, { turns: undefined, budget }), {
    user: 'User',
    assistant: 'Assistant',
  })
  const own = chosen?.parameters ?? {}
  return {
    messages: [
      { role: 'system', content: instruction },
      { role: 'user', content: `<conversation>\n${conversation}\n</conversation>` },
    ],
    parameters: Object.keys(own).length > 0 ? own : { temperature: 0, max_tokens: ANSWER_TOKENS },
    caller: 'suggested-questions',
  }
}

/** Openings tried in one text, so that a text of brackets costs no more than its length times this. */
const MAX_OPENINGS = 64

/** The questions of the first JSON array that holds any; nothing when there is none. */
const readQuestions = (reply: string): readonly string[] => {
  const text = reply.slice(reply.lastIndexOf('</think>') + 1)
  let start = text.indexOf('[')
  for (let tries = 0; start !== -1 && tries < MAX_OPENINGS; tries++) {
    const end = closingBracket(text, start)
    const value = end === -1 ? undefined : tryParseJson(text.slice(start, end + 1))
    const questions = isList(value) ? value.flatMap(questionIn) : []
    if (questions.length > 0) return [...new Set(questions)].slice(0, MAX_QUESTIONS)
    start = text.indexOf('[', start + 1)
  }
  return []
}

/** A text with words in it, or an object that has one as its `question`. */
const questionIn = (item: Value): readonly string[] => {
  const text = isObject(item) ? own(item, 'question') : item
  if (typeof text !== 'string') return []
  const question = text.trim().replace(/\s+/g, ' ')
  return /\p{L}/u.test(question) && question.length <= MAX_LENGTH ? [question] : []
}
