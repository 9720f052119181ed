// Tasks that nodes put to a model: instructions, worked examples, then the task itself as one JSON text.
// The task is data in JSON, so text of the user never reads as an instruction of ours.

import { stringifyJson } from '../../base/json.ts'
import type { Value, ValueObject } from '../../base/value.ts'
import type { NodeContext, Selector } from '../../flow/spec.ts'
import { mediaFirst } from '../../model/media.ts'
import { answerTokens, memoryBudget, recallMessages, recallText } from '../../model/memory.ts'
import type { ChatMessage, ChatModel, ChatRequest } from '../../model/spec.ts'
import { createMask } from '../secret-mask.ts'
import type { NodeServices } from '../spec.ts'
import { buildRequest, findModel, tracePrompts } from './ask.ts'
import { fileParts, visionFiles } from './media.ts'
import { compileParameters } from './parameters.ts'
import type { MemorySettings, ModelSettings, VisionSettings } from './settings.ts'

export interface TaskSettings {
  readonly model: ModelSettings
  readonly vision: VisionSettings
  readonly memory: MemorySettings | undefined
}

export interface Task {
  readonly instructions: string
  /** Tasks with the reply they should get. */
  readonly examples: readonly { readonly task: Value; readonly reply: Value }[]
  readonly task: Value
}

export interface PreparedTask {
  readonly model: ChatModel
  readonly request: ChatRequest
  /** The call as the trace shows it. */
  readonly trace: ValueObject
}

/** Writes the task for the model that was found.
 *  @param conversation the remembered turns as text; empty without memory */
export type WriteTask = (model: ChatModel, conversation: string) => Task

export interface TaskOptions {
  /** Turns to remember; undefined lets the token budget alone decide. */
  readonly turns: number | undefined
  /** Variables the task is written from: the secret ones are masked in the trace. */
  readonly selectors: readonly Selector[]
}

/** Prepares everything about the model; the result finds it and builds the request of one run. */
export const compileTask = (settings: TaskSettings, { turns, selectors }: TaskOptions) => {
  const completion = compileParameters(settings.model.completion_params)
  return async (write: WriteTask, context: NodeContext<NodeServices>): Promise<PreparedTask> => {
    const model = findModel(settings.model, context)
    const parameters = completion(context.get)
    const budget = memoryBudget(model, answerTokens(parameters.parameters))
    const conversation = rememberedText(settings.memory, { turns, budget }, context)
    const messages = await taskMessages(write(model, conversation), settings.vision, model, context)
    return {
      model,
      request: buildRequest(messages, parameters, context),
      trace: {
        model_mode: 'chat',
        prompts: tracePrompts(messages, createMask(selectors, context)),
        model_provider: model.provider,
        model_name: model.name,
      },
    }
  }
}

const rememberedText = (
  memory: MemorySettings | undefined,
  window: { readonly turns: number | undefined; readonly budget: number },
  context: NodeContext<NodeServices>,
): string => {
  if (memory === undefined) return ''
  const { user, assistant } = memory.role_prefix ?? {}
  const messages = recallMessages(context.services.history, window)
  return recallText(messages, { user: user || 'Human', assistant: assistant || 'Assistant' })
}

const taskMessages = async (
  { instructions, examples, task }: Task,
  vision: VisionSettings,
  model: ChatModel,
  context: NodeContext<NodeServices>,
): Promise<readonly ChatMessage[]> => {
  const files = vision.enabled ? visionFiles(context.get, vision.selector) : []
  const media = await fileParts(files, model, context, vision.detail)
  const text = stringifyJson(task)
  return [
    { role: 'system', content: instructions },
    ...examples.flatMap((example): ChatMessage[] => [
      { role: 'user', content: stringifyJson(example.task) },
      { role: 'assistant', content: stringifyJson(example.reply) },
    ]),
    { role: 'user', content: mediaFirst(media, text) },
  ]
}
