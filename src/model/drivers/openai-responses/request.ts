// A chat request as a body of the Responses API.

import { objectFrom, own, type Value, type ValueObject } from '../../../base/value.ts'
import type { ChatRequest } from '../../spec.ts'
import { withSchemaInPrompt } from '../http/schema-prompt.ts'
import { withPartState, withRequestState } from '../http/vendor-state.ts'
import type { WireCall } from '../http/wire.ts'
import type { OpenAiDialect } from '../openai-compatible/dialect.ts'
import { isReasoningModel } from '../openai-compatible/dialect.ts'
import { effortOf, isStrict, LIMITS, SHARED_PARAMETERS, toSchemaName } from '../openai-compatible/request.ts'
import { toResponseInput } from './items.ts'

const SAMPLING = ['temperature', 'top_p', 'top_logprobs']

export const toResponsesBody = (call: WireCall<OpenAiDialect>, extra: ReadonlySet<string>): ValueObject => {
  const { request, dialect, model } = call
  const inPrompt = request.responseSchema !== undefined && dialect.json !== 'schema'
  const { instructions, input } = toResponseInput(inPrompt ? withSchemaInPrompt(request) : request.messages, model)
  const text = textOptions(request, dialect)
  const effort = request.reasoning ? effortOf(request.reasoning) : own(request.parameters ?? {}, 'reasoning_effort')
  const body: ValueObject = {
    model,
    ...(instructions !== '' && { instructions }),
    input,
    store: false,
    ...(isReasoningModel(model) && { include: ['reasoning.encrypted_content'] }),
    ...parameters(request.parameters ?? {}, dialect, extra),
    ...tools(request),
    ...(Object.keys(text).length > 0 && { text }),
    ...(typeof effort === 'string' && { reasoning: { effort } }),
    ...(request.user !== undefined && { user: request.user }),
    ...(call.streaming && { stream: true }),
  }
  return withRequestState(body, request.vendorState, 'openai-responses')
}

const parameters = (given: ValueObject, dialect: OpenAiDialect, extra: ReadonlySet<string>): ValueObject => {
  const entries: [string, Value][] = []
  for (const name of [...(dialect.sampling ? SAMPLING : []), ...SHARED_PARAMETERS, ...extra]) {
    const value = own(given, name) as Value | undefined
    if (value !== undefined && value !== null) entries.push([name, value])
  }
  const limit = LIMITS.map((name) => own(given, name) as Value | undefined).find((value) => value != null)
  if (limit !== undefined) entries.push(['max_output_tokens', limit])
  return objectFrom(entries)
}

const textOptions = (request: ChatRequest, dialect: OpenAiDialect): ValueObject => {
  const verbosity = own(request.parameters ?? {}, 'verbosity')
  const format = formatOf(request, dialect)
  return { ...(format && { format }), ...(typeof verbosity === 'string' && { verbosity }) }
}

const formatOf = (request: ChatRequest, dialect: OpenAiDialect): ValueObject | undefined => {
  if (dialect.json === 'prompt') return undefined
  if (request.responseSchema && dialect.json === 'schema') {
    const { name, schema } = request.responseSchema
    return { type: 'json_schema', name: toSchemaName(name), schema, strict: isStrict(schema) }
  }
  const asked = request.parameters?.response_format
  const wantsJson = request.responseSchema || request.json || (typeof asked === 'string' && /^json/i.test(asked))
  return wantsJson ? { type: 'json_object' } : undefined
}

const tools = (request: ChatRequest): ValueObject => {
  if (!request.tools || request.tools.length === 0) return {}
  const { toolChoice, parallelToolCalls } = request
  return {
    tools: request.tools.map((tool) =>
      withPartState(
        {
          type: 'function',
          name: tool.name,
          ...(tool.description !== undefined && { description: tool.description }),
          parameters: tool.parameters,
          // Here the default is strict, which refuses most schemas that were not written for it.
          strict: tool.strict ?? false,
        },
        tool,
        'openai-responses',
      ),
    ),
    ...(toolChoice !== undefined && {
      tool_choice: typeof toolChoice === 'string' ? toolChoice : { type: 'function', name: toolChoice.name },
    }),
    ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
  }
}
