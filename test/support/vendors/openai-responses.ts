// The Responses API of the simulated OpenAI.

import { inPieces, type Reply, sse, usageOf, type VendorAnswer, type VendorRequest } from './vendor-server.ts'

type Item = Record<string, unknown> & { readonly type: string }

const itemsOf = (reply: Reply, encrypted: boolean): Item[] => [
  ...(reply.reasoning === undefined
    ? []
    : [
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: reply.reasoning }],
          ...(encrypted && { encrypted_content: 'sealed-1' }),
        },
      ]),
  ...(reply.text === undefined
    ? []
    : [
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: reply.text, annotations: [] }],
        },
      ]),
  ...(reply.toolCalls ?? []).map((call, index) => ({
    type: 'function_call',
    id: `fc_${index}`,
    call_id: call.id ?? `call_${index}`,
    name: call.name,
    arguments: JSON.stringify(call.arguments),
    status: 'completed',
  })),
  ...(reply.images ?? []).map((base64, index) => ({
    type: 'image_generation_call',
    id: `ig_${index}`,
    status: 'completed',
    output_format: 'png',
    result: base64,
  })),
]

const responseOf = (model: string, reply: Reply, output: readonly Item[], status: string) => {
  const usage = usageOf(reply)
  const reason = reply.finish === 'length' ? 'max_output_tokens' : 'content_filter'
  const done = status !== 'in_progress'
  const incomplete = done && reply.finish !== undefined && reply.finish !== 'stop'
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1790002000,
    status: incomplete ? 'incomplete' : status,
    error: null,
    incomplete_details: incomplete ? { reason } : null,
    model,
    output,
    parallel_tool_calls: true,
    ...(done && usage
      ? {
          usage: {
            input_tokens: usage.prompt,
            output_tokens: usage.completion,
            total_tokens: usage.prompt + usage.completion,
            ...(reply.details && {
              input_tokens_details: { cached_tokens: reply.details.cachedTokens ?? 0 },
              output_tokens_details: { reasoning_tokens: reply.details.reasoningTokens ?? 0 },
            }),
          },
        }
      : { usage: null }),
  }
}

type Event = readonly [type: string, rest: object]

const itemEvents = (item: Item, output_index: number): Event[] => {
  const at = { item_id: item.id, output_index }
  const added: Event = [
    'response.output_item.added',
    { output_index, item: { ...item, content: [], summary: [], arguments: '', status: 'in_progress' } },
  ]
  const done: Event = ['response.output_item.done', { output_index, item }]
  const text = (list: unknown): string => (list as { text: string }[])[0]?.text ?? ''
  switch (item.type) {
    case 'message': {
      const whole = text(item.content)
      const part = { type: 'output_text', text: '', annotations: [] }
      return [
        added,
        ['response.content_part.added', { ...at, content_index: 0, part }],
        ...inPieces(whole).map((delta): Event => ['response.output_text.delta', { ...at, content_index: 0, delta }]),
        ['response.output_text.done', { ...at, content_index: 0, text: whole }],
        ['response.content_part.done', { ...at, content_index: 0, part: { ...part, text: whole } }],
        done,
      ]
    }
    case 'reasoning': {
      const whole = text(item.summary)
      const part = { type: 'summary_text', text: '' }
      return [
        added,
        ['response.reasoning_summary_part.added', { ...at, summary_index: 0, part }],
        ...inPieces(whole).map(
          (delta): Event => ['response.reasoning_summary_text.delta', { ...at, summary_index: 0, delta }],
        ),
        ['response.reasoning_summary_text.done', { ...at, summary_index: 0, text: whole }],
        done,
      ]
    }
    case 'function_call':
      return [
        added,
        ...inPieces(String(item.arguments)).map(
          (delta): Event => ['response.function_call_arguments.delta', { ...at, delta }],
        ),
        ['response.function_call_arguments.done', { ...at, arguments: item.arguments }],
        done,
      ]
    default:
      return [added, done]
  }
}

const frames = (events: readonly Event[]): string =>
  sse(events.map(([type, rest], sequence_number) => [type, { type, sequence_number, ...rest }] as const))

export const answerResponses = ({ body }: VendorRequest, reply: Reply): VendorAnswer => {
  const items = itemsOf(reply, body.include?.includes('reasoning.encrypted_content') === true)
  const whole = responseOf(body.model, reply, items, 'completed')
  if (body.stream !== true) return { contentType: 'application/json', body: JSON.stringify(whole) }
  const begun = responseOf(body.model, reply, [], 'in_progress')
  const last = whole.status === 'incomplete' ? 'response.incomplete' : 'response.completed'
  const events: Event[] = [
    ['response.created', { response: begun }],
    ['response.in_progress', { response: begun }],
    ...items.flatMap(itemEvents),
    [last, { response: whole }],
  ]
  return { contentType: 'text/event-stream; charset=utf-8', body: frames(events) }
}

export const brokenResponses = (
  { body }: VendorRequest,
  reply: Reply,
  error: { readonly code: string; readonly message: string },
): VendorAnswer => {
  const begun = responseOf(body.model, reply, [], 'in_progress')
  const events: Event[] = [
    ['response.created', { response: begun }],
    ...itemsOf(reply, false).flatMap(itemEvents).slice(0, 3),
    ['response.failed', { response: { ...begun, status: 'failed', error } }],
  ]
  return { contentType: 'text/event-stream; charset=utf-8', body: frames(events) }
}

/** What the API would refuse. */
export const checkResponses = ({ body }: VendorRequest): string | undefined => {
  if (typeof body?.model !== 'string') return 'you must provide a model parameter'
  const { input } = body
  if (typeof input !== 'string' && (!Array.isArray(input) || input.length === 0))
    return "Missing required parameter: 'input'."
  const reasons = /^(?:o\d|gpt-[5-9])/.test(body.model)
  if (body.include?.length > 0 && !reasons) return 'Encrypted content is not supported with this model.'
  if (body.max_tokens !== undefined || body.messages !== undefined) return "Unknown parameter: 'max_tokens'."
  for (const tool of body.tools ?? [])
    if (tool.function !== undefined) return "Missing required parameter: 'tools[0].name'."
  return undefined
}
