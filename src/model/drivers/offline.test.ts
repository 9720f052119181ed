import { describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../base/seams.ts'
import type { ChatModel, ChatRequest, ToolDefinition } from '../spec.ts'
import { createOfflineProvider } from './offline.ts'

const model = createOfflineProvider({ ids: createIds(systemClock) }).chat('heddle-offline') as ChatModel

const ask = async (user: string, system?: string, rest: Partial<ChatRequest> = {}): Promise<string> => {
  const messages: ChatRequest['messages'] = [
    ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
    { role: 'user', content: user },
  ]
  return (await model.generate({ messages, ...rest })).text
}

const shop = `Use the following context to answer.
<context>
# Delivery
We deliver within three working days. Parcels to islands take a week.
# Refunds
You may return goods within 30 days. The money is back on your account after five days.
# Opening hours
Our shop in Leeds opens at 9:00 and closes at 18:00.
</context>`

const laden =
  '已知信息：\n本店周一至周五营业，时间为上午九点到下午六点。退货须在三十天内提出。运费由买家承担。\n\n请根据已知信息回答。'

describe('offline model: answers from a context', () => {
  it.each<[string, string, string]>([
    ['How long do I have to return goods?', shop, 'You may return goods within 30 days.'],
    ['When does the shop in Leeds open?', shop, 'Our shop in Leeds opens at 9:00 and closes at 18:00.'],
    ['how long does delivery to an island take', shop, 'Parcels to islands take a week.'],
    ['退货的期限是多久？', laden, '退货须在三十天内提出。'],
    ['谁承担运费？', laden, '运费由买家承担。'],
    [
      'what languages does it use?',
      '<context>\nIt is written by Dr. Weaver, e.g. in winter. The console uses React.\n</context>',
      'The console uses React.',
    ],
    [
      'Who founded it?',
      'Heddle was founded by Ada Weaver in 2026. It runs apps.',
      'Heddle was founded by Ada Weaver in 2026.',
    ],
  ])('%s', async (question, system, expected) => expect(await ask(question, system)).toBe(expected))

  it('says when the context holds no answer', async () => {
    expect(await ask('What is the capital of France?', shop)).toContain('I found no answer in the given context')
    expect(await ask('法国的首都是哪里？', laden)).toContain('没有找到答案')
    expect(await ask('What does it cost?', 'Answer from the context.\nContext:\n')).toContain('I found no answer')
  })

  it('reads question and context out of one message', async () => {
    const message =
      'Context: Cats sleep sixteen hours a day. Dogs sleep twelve.\n\nQuestion: How long do dogs sleep?\nAnswer:'
    expect(await ask(message)).toBe('Dogs sleep twelve.')
  })

  it('keeps the order of what it quotes', async () => {
    const text = 'Context: The red fox hunts at night. It rains. The red fox sleeps by day.'
    expect(await ask('What does the red fox do?', text)).toBe('The red fox hunts at night. The red fox sleeps by day.')
  })
})

describe('offline model: says what it is', () => {
  it.each([
    ['Hello', "Hello! I am Heddle's offline model: no language model"],
    ['Who are you?', "I am Heddle's offline model: no language model"],
    ['你好', '你好！我是 Heddle 的离线模型：不是语言模型'],
    ['Write a poem about rain', 'You wrote: "Write a poem about rain". There is no context'],
    ['写一首诗', '收到：“写一首诗”。'],
    ['', "I am Heddle's offline model"],
  ])('%s', async (user, expected) => expect(await ask(user)).toContain(expected))

  it('answers an empty request', async () => {
    expect((await model.generate({ messages: [] })).text).toContain('offline model')
  })
})

describe('offline model: simple instructions', () => {
  it.each<[string, string | undefined, string]>([
    ['Reply with OK only', undefined, 'OK'],
    ['Reply with only the word pong.', undefined, 'pong'],
    ['Say "good night, moon"', undefined, 'good night, moon'],
    ['say hello', undefined, 'hello'],
    ['Please respond with exactly: PONG-42', undefined, 'PONG-42'],
    ['只回答“收到”', undefined, '收到'],
    ['请只回复：好的', undefined, '好的'],
    ['anything', 'Always reply with “moo”.', 'moo'],
    ['Echo: a  b\nc', undefined, 'a  b\nc'],
    ['复述：今天下雨', undefined, '今天下雨'],
    ['Convert to uppercase: hello world', undefined, 'HELLO WORLD'],
    ['Grüße', 'Turn the text of the user into upper case.', 'GRÜSSE'],
    ['Write this in lower case: ABC', undefined, 'abc'],
    ['How many words: one two three four', undefined, '4'],
    ['Count the characters in "héllo"', undefined, '5'],
    [
      'Translate to French: good morning',
      undefined,
      "I cannot translate: I am Heddle's offline model, no language model. Configure a model provider for that.",
    ],
    [
      '把下面的话翻译成英文：你好',
      undefined,
      '我不会翻译：我是 Heddle 的离线模型，不是语言模型。需要翻译时，请配置一个模型供应商。',
    ],
    ['List the fruits:\n- apple\n- pear', undefined, '- apple\n- pear'],
  ])('%s', async (user, system, expected) => expect(await ask(user, system)).toBe(expected))

  it('summarizes by its central sentences', async () => {
    const text =
      'Looms weave cloth. A loom needs warp and weft to weave. My aunt likes tea. Cloth from a loom is strong.'
    const one = await ask(`Summarize the text in one sentence: ${text}`)
    expect(text).toContain(one)
    expect(one).not.toContain('aunt')
    expect(await ask(text, 'Summarize what the user writes as 2 bullet points.')).toMatch(/^- .+\n- .+$/)
    expect(await ask('请用一句话总结：织布机用来织布。织布需要经线和纬线。我姑姑喜欢喝茶。')).toMatch(/^织布/)
  })
})

describe('offline model: sorts', () => {
  const task = (text: string, names: readonly string[]) =>
    JSON.stringify({
      input_text: text,
      categories: names.map((category_name, i) => ({ category_id: `c${i}`, category_name })),
      instructions: '',
      conversation: '',
    })
  it.each<[string, readonly string[], string]>([
    ['My parcel was delivered broken, I want a refund', ['Delivery times', 'Returns and refunds'], 'c1'],
    ['I cannot pay with my card', ['Payment', 'Shipping', 'Other'], 'c0'],
    ['What is the weather?', ['Payment', 'Shipping', 'Other questions'], 'c2'],
    ['nothing fits', ['Payment', 'Shipping'], 'c0'],
    ['我想退货', ['物流查询', '退货退款', '其他'], 'c1'],
    ['今天天气怎么样', ['物流查询', '退货退款', '其他'], 'c2'],
  ])('%s', async (text, names, expected) => {
    const answer = JSON.parse(await ask(task(text, names), 'You sort texts.'))
    expect(answer).toEqual({ category_id: expected, category_name: names[Number(expected.slice(1))] })
  })

  it('takes no list of names for a choice', async () => {
    expect(await ask('Users: [{"id": 1, "name": "Bob"}]. Who is Bob?')).not.toContain('category')
  })

  it('finds categories in the system text', async () => {
    const system =
      'Classify the message. Categories: [{"id": 1, "name": "Billing"}, {"id": 2, "name": "Technical problem"}]. Reply as JSON.'
    expect(JSON.parse(await ask('a technical question', system))).toEqual({
      category_id: '2',
      category_name: 'Technical problem',
    })
  })
})

describe('offline model: tools', () => {
  const weather: ToolDefinition = {
    name: 'get_weather',
    description: 'Gets the weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  }
  const clock: ToolDefinition = {
    name: 'current_time',
    description: 'Tells the time',
    parameters: { type: 'object', properties: {} },
  }
  const call = async (user: string, rest: Partial<ChatRequest> = {}) => {
    const result = await model.generate({
      messages: [{ role: 'user', content: user }],
      tools: [weather, clock],
      ...rest,
    })
    return result.toolCalls.map(({ name, argumentsJson }) => [name, JSON.parse(argumentsJson)])
  }

  it('calls what clearly fits, and nothing else', async () => {
    expect(await call('What is the weather in Oslo?')).toEqual([['get_weather', { city: 'Oslo' }]])
    expect(await call('what time is it?')).toEqual([['current_time', {}]])
    expect(await call('Tell me a joke')).toEqual([])
    expect(await call('What is the weather in Oslo?', { toolChoice: 'none' })).toEqual([])
    expect(await call('Tell me a joke', { toolChoice: 'required' })).toHaveLength(1)
    expect(await call('Tell me a joke', { toolChoice: { name: 'current_time' } })).toEqual([['current_time', {}]])
    expect(await call('Use current_time now')).toEqual([['current_time', {}]])
  })

  it('calls the tool its instructions name, with values of the task', async () => {
    const parameters = {
      type: 'object',
      properties: { city: { type: 'string' }, nights: { type: 'number' } },
      required: ['city'],
    }
    const result = await model.generate({
      messages: [
        {
          role: 'system',
          content: 'You read values out of texts. Call the tool extract_parameters once, with every property.',
        },
        {
          role: 'user',
          content: JSON.stringify({
            text: 'A room in Oslo for 3 nights',
            schema: parameters,
            instructions: '',
            conversation: '',
          }),
        },
      ],
      tools: [{ name: 'extract_parameters', description: 'Hands over the values found in the text.', parameters }],
      toolChoice: 'auto',
    })
    expect(result.toolCalls.map((call) => JSON.parse(call.argumentsJson))).toEqual([{ city: 'Oslo', nights: 3 }])
    const task = { text: 'A room in Oslo for 3 nights', schema: parameters, instructions: '', conversation: '' }
    expect(JSON.parse(await ask(JSON.stringify(task), 'Reply with only one JSON object.'))).toEqual({
      city: 'Oslo',
      nights: 3,
    })
  })

  it('answers from what the tool gave', async () => {
    const messages: ChatRequest['messages'] = [
      { role: 'user', content: 'What is the weather in Oslo?' },
      {
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'c1', name: 'get_weather', argumentsJson: '{"city":"Oslo"}' }],
      },
      { role: 'tool', content: '{"city": "Oslo", "weather": "snow"}', toolCallId: 'c1' },
    ]
    const result = await model.generate({ messages, tools: [weather], toolChoice: 'auto' })
    expect(result).toMatchObject({ text: 'city: Oslo\nweather: snow', toolCalls: [], finishReason: 'stop' })
  })
})

describe('offline model: JSON', () => {
  it('answers as JSON when asked without a schema', async () => {
    expect(JSON.parse(await ask('Reply as JSON: what are you?'))).toHaveProperty('answer')
    expect(
      JSON.parse(await ask('My name is Ada Weaver, mail ada@example.com', 'Return JSON with keys: name, email.')),
    ).toEqual({
      name: 'Ada Weaver',
      email: 'ada@example.com',
    })
    expect(JSON.parse(await ask('I am 34 and live in Oslo', 'Answer in JSON like {"age": 0, "city": "x"}'))).toEqual({
      age: 34,
      city: 'Oslo',
    })
  })
})

describe('offline model: as a stream', () => {
  it('streams words, counts by estimate, and repeats itself exactly', async () => {
    const run = async () => {
      const parts = []
      for await (const part of model.stream({ messages: [{ role: 'user', content: 'Who are you?' }] })) parts.push(part)
      return parts
    }
    const parts = await run()
    expect(parts.filter((part) => part.type === 'text-delta').length).toBeGreaterThan(10)
    expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'stop', usage: { estimated: true } })
    expect(await run()).toEqual(parts)
  })

  it('honours stop words, the limit of tokens and the signal', async () => {
    expect(await ask('Echo: one two three', undefined, { stop: ['three', ' two'] })).toBe('one')
    const cut = await model.generate({
      messages: [{ role: 'user', content: 'Echo: one two three four' }],
      parameters: { max_tokens: 2 },
    })
    expect(cut).toMatchObject({ text: 'one two', finishReason: 'length', usage: { completionTokens: 2 } })
    const controller = new AbortController()
    const read = async () => {
      for await (const _ of model.stream(
        { messages: [{ role: 'user', content: 'Who are you?' }] },
        controller.signal,
      )) {
        controller.abort(new Error('enough'))
      }
    }
    await expect(read()).rejects.toThrow('enough')
  })
})
