// The `llm` kind: one call of a chat or completion model, always streamed.
// Order: check the inputs, find the model, put the prompt together, stream the reply, read the structured output.
// Source of field and output names: the app format.

import type { ValueObject } from '../base/value.ts'
import type { NodeContext, NodeOutcome } from '../flow/spec.ts'
import type { ChatMessage, ChatModel } from '../model/spec.ts'
import { defineKind } from './define.ts'
import { toFailed } from './errors.ts'
import { assembleMessages, readInputs } from './llm/messages.ts'
import { type Reply, readReply } from './llm/reply.ts'
import { type LlmPlan, llmSettings, planLlm } from './llm/settings.ts'
import { createStructuredOutput, type StructuredOutput } from './llm/structured-output.ts'
import { buildRequest, callFailure, findModel, tracePrompts } from './model/ask.ts'
import { reportUsage } from './model/usage.ts'
import { createMask } from './secret-mask.ts'
import type { NodeServices } from './spec.ts'

type Structure = () => StructuredOutput | undefined

export const llm = defineKind({
  types: ['llm'],
  role: 'task',
  retryable: true,
  settings: llmSettings,
  compile(settings) {
    const plan = planLlm(settings)
    const structure = lazyStructure(plan)
    return {
      async run(node) {
        let inputs: ValueObject = {}
        let processData: ValueObject = {}
        try {
          const mask = createMask(plan.required, node)
          const read = readInputs(plan, node, mask)
          inputs = read.trace
          const model = findModel(settings.model, node)
          const messages = await assembleMessages({ plan, inputs: read, model, node })
          processData = traceOf(model, messages, plan, mask)
          const output = structure()
          const plain = buildRequest(messages, read.parameters, node)
          const request = output === undefined ? plain : output.ask(plain, model)
          const startedMs = node.clock.elapsed()
          const reply = await streamed(
            () => readReply(model.stream(request, node.signal), settings.reasoning_format, node),
            node,
          )
          if ('failure' in reply) return { type: 'failure', failure: reply.failure, inputs, processData }
          const structured = output?.read(reply.text)
          node.close('text')
          const report = reportUsage(reply.usage, node.clock.elapsed() - startedMs)
          return {
            type: 'success',
            outputs: outputsOf(reply, report.output, structured),
            inputs,
            processData: { ...processData, usage: report.output, finish_reason: reply.finishReason },
            metadata: { ...report.metadata, ...citationsOf(read.context.citations) },
            usage: report.usage,
          } satisfies NodeOutcome
        } catch (error) {
          return toFailed(error, { inputs, processData })
        }
      },
    }
  },
})

/** The checked schema, made when first needed: a wrong one fails its node, not the import. */
const lazyStructure = (plan: LlmPlan): Structure => {
  let made: StructuredOutput | undefined
  return () => {
    if (plan.schema !== undefined) made ??= createStructuredOutput(plan.schema.value)
    return made
  }
}

const streamed = async (read: () => Promise<Reply>, node: NodeContext<NodeServices>) => {
  try {
    return await read()
  } catch (error) {
    return { failure: callFailure(error, node.signal) }
  }
}

const traceOf = (
  model: ChatModel,
  messages: readonly ChatMessage[],
  plan: LlmPlan,
  mask: (text: string) => string,
): ValueObject => ({
  model_mode: plan.prompt.type,
  prompts: tracePrompts(messages, mask),
  model_provider: model.provider,
  model_name: model.name,
})

const outputsOf = (reply: Reply, usage: ValueObject, structured: ValueObject | undefined): ValueObject => ({
  text: reply.text,
  reasoning_content: reply.reasoning,
  usage,
  finish_reason: reply.finishReason,
  ...(structured === undefined ? {} : { structured_output: structured }),
  ...(reply.files.length > 0 ? { files: reply.files } : {}),
})

const citationsOf = (citations: readonly ValueObject[]): ValueObject =>
  citations.length > 0 ? { retriever_resources: citations } : {}
