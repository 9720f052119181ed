// What each mode, prompt type and kind of model is asked, to the letter.

import { describe, expect, test } from 'vitest'
import type { ValueObject } from '../../../base/value.ts'
import type { ChatMessage, MessagePart } from '../../../model/spec.ts'
import { readAppFile } from '../../apps/file/parse.ts'
import type { AppMode } from '../../apps/file/spec.ts'
import { assemblePrompt, type PromptSources } from './prompt.ts'

const turn = (question: string, reply: string): ChatMessage[] => [
  { role: 'user', content: question },
  { role: 'assistant', content: reply },
]

const CONTEXT = `Use what stands between the <context></context> tags as your knowledge.

<context>
Oslo is cold.
</context>

When you answer:
- If you do not know, say that you do not know.
- If you are not sure, ask for clarification.
- Do not mention that the information comes from the context.
- Answer in the language of the question.

`
const HISTORIES =
  '\n\nThe conversation so far stands between the <histories></histories> tags.\n\n<histories>\nHuman: Hi\nAssistant: Hello\n</histories>'

type Given = Partial<Omit<PromptSources, 'mode' | 'config'>>

const prompt = (mode: AppMode, config: ValueObject, given: Given = {}) => {
  const { model = {}, ...settings } = config
  const file = readAppFile({
    app: { mode, name: 'x' },
    model_config: { model: { provider: 'p', name: 'm', mode: 'chat', ...(model as object) }, ...settings },
  })
  if (!file.ok) throw new Error(JSON.stringify(file.issues))
  const modelConfig = file.value.modelConfig as PromptSources['config']
  return assemblePrompt({
    mode,
    config: modelConfig,
    model: {},
    inputs: {},
    query: '',
    media: [],
    context: '',
    history: [],
    ...given,
  })
}
const shown = (messages: readonly ChatMessage[]) =>
  messages.map(({ role, content }) => `${role}: ${typeof content === 'string' ? content : JSON.stringify(content)}`)

const check = (
  name: string,
  mode: AppMode,
  config: ValueObject,
  given: Given,
  expected: string[],
  stop: string[] = [],
) =>
  test(name, () => {
    const { messages, stop: stops } = prompt(mode, config, given)
    expect(shown(messages)).toEqual(expected)
    expect(stops).toEqual(stop)
  })

const history = turn('Hi', 'Hello')
const inputs = { language: 'French', sly: 'see {{language}}' }
const asText = { mode: 'completion' }

describe('chat, simple prompt', () => {
  const config = { pre_prompt: 'Answer in {{language}}. {{sly}} {{nothing}}' }
  const system = 'system: Answer in French. see {language} {{nothing}}'
  check('system, conversation, query', 'chat', config, { inputs, query: 'Why {{language}}?', history }, [
    system,
    'user: Hi',
    'assistant: Hello',
    'user: Why {{language}}?',
  ])
  check('without a pre-prompt', 'chat', {}, { inputs, query: 'Why?' }, ['user: Why?'])
  check('with knowledge', 'chat', config, { inputs, query: 'Why?', context: 'Oslo is cold.' }, [
    `system: ${CONTEXT}${system.slice(8)}`,
    'user: Why?',
  ])
  check(
    'the query and the context at places of their own',
    'chat',
    { pre_prompt: 'On {{#query#}} see {{#context#}}{{#histories#}}' },
    { query: 'cold', context: 'Oslo is cold.' },
    [`system: ${CONTEXT}On cold see Oslo is cold.`, 'user: cold'],
  )
  check(
    'stop words of the file',
    'chat',
    { model: { completion_params: { stop: ['END'] } } },
    { query: 'Why?' },
    ['user: Why?'],
    ['END'],
  )
  check(
    'one text for a completion model',
    'chat',
    { ...config, model: { ...asText, completion_params: { stop: ['END'] } } },
    { inputs, query: 'Why?', history, context: 'Oslo is cold.' },
    [`user: ${CONTEXT}${system.slice(8)}${HISTORIES}\n\nHuman: Why?\n\nAssistant: `],
    ['END', '\nHuman:', '</histories>'],
  )
  check(
    'one text without anything before the query',
    'chat',
    { model: asText },
    { query: 'Why?' },
    ['user: Human: Why?\n\nAssistant: '],
    ['\nHuman:', '</histories>'],
  )
})

describe('chat, advanced prompt', () => {
  const messages = [
    { role: 'system', text: 'Answer in {{language}}.' },
    { role: 'user', text: 'Know: {{#context#}}' },
    { role: 'assistant', text: '' },
    { role: 'assistant', text: 'I do. <|done|>' },
  ]
  const config = { prompt_type: 'advanced', chat_prompt_config: { prompt: messages }, pre_prompt: 'unused' }
  check('messages, conversation, query', 'chat', config, { inputs, query: 'Why?', history, context: 'Oslo' }, [
    'system: Answer in French.',
    'user: Know: Oslo',
    'assistant: I do. ',
    'user: Hi',
    'assistant: Hello',
    'user: Why?',
  ])
  const placed = [{ role: 'user', text: 'Before: {{#histories#}}\nNow: {{#query#}}' }]
  check(
    'the conversation and the query at their places',
    'chat',
    { prompt_type: 'advanced', chat_prompt_config: { prompt: placed } },
    { query: 'Why?', history },
    ['user: Before: Human: Hi\nAssistant: Hello\nNow: Why?'],
  )
  const text = 'In {{language}}: {{#context#}}\n{{#histories#}}\nQ: {{#query#}}\nA:'
  const roles = { user_prefix: 'Me', assistant_prefix: 'You' }
  const completion = { prompt: { text }, conversation_histories_role: roles }
  check(
    'one text for a completion model',
    'chat',
    { model: asText, prompt_type: 'advanced', completion_prompt_config: completion },
    { inputs, query: 'Why?', history, context: 'Oslo' },
    ['user: In French: Oslo\nMe: Hi\nYou: Hello\nQ: Why?\nA:'],
  )
  check(
    'one text without speakers and without a place for the conversation',
    'chat',
    { model: asText, prompt_type: 'advanced', completion_prompt_config: { prompt: { text: '{{#query#}}' } } },
    { query: 'Why?', history },
    ['user: Why?'],
  )
})

describe('completion app', () => {
  const config = { pre_prompt: 'Translate {{text}} to {{language}}.' }
  const given = { inputs: { ...inputs, text: 'dog' } }
  check('the prompt is the message', 'completion', config, { ...given, history }, ['user: Translate dog to French.'])
  check('with knowledge', 'completion', config, { ...given, context: 'Oslo is cold.' }, [
    `user: ${CONTEXT}Translate dog to French.`,
  ])
  check(
    'one text',
    'completion',
    { ...config, model: asText },
    given,
    ['user: Translate dog to French.'],
    ['\nHuman:', '</histories>'],
  )
  const old = { pre_prompt: 'Translate {{query}} / {{#query#}}' }
  check('the query of old callers, beside the inputs', 'completion', old, { query: 'dog' }, [
    'user: Translate dog / dog',
  ])
  check('and of newer ones, among them', 'completion', old, { inputs: { query: 'cat' } }, ['user: Translate cat / cat'])
  check('a query the prompt has no place for', 'completion', config, { ...given, query: 'Now!' }, [
    'system: Translate dog to French.',
    'user: Now!',
  ])
  check(
    'advanced',
    'completion',
    {
      prompt_type: 'advanced',
      chat_prompt_config: {
        prompt: [
          { role: 'system', text: 'Translate.' },
          { role: 'user', text: '{{text}}' },
        ],
      },
    },
    { ...given, history },
    ['system: Translate.', 'user: dog'],
  )
  check(
    'advanced, one text',
    'completion',
    {
      model: asText,
      prompt_type: 'advanced',
      completion_prompt_config: { prompt: { text: '{{text}}{{#histories#}}:' } },
    },
    { ...given, history },
    ['user: dog:'],
  )
  check('nothing at all is still a message', 'completion', {}, {}, ['user: '])
})

describe('agents', () => {
  check(
    'inputs of any name, and nothing else, are filled in',
    'agent-chat',
    { pre_prompt: 'In {{language}} {{名}} {{#query#}} {{sly}}', prompt_type: 'advanced' },
    { inputs: { ...inputs, 名: 'Bo' }, query: 'Why?', history },
    ['system: In French Bo {{#query#}} see {{language}}', 'user: Hi', 'assistant: Hello', 'user: Why?'],
  )
})

describe('memory', () => {
  const long = [...turn('one two three four', 'five six seven eight'), ...turn('nine', 'ten')]
  const contents = (given: Given, config: ValueObject = {}) =>
    prompt('chat', config, { query: 'Why?', ...given }).messages.map(({ content }) => content)

  test('the oldest messages go first when the context is full', () => {
    // The query takes 1 token and 4 of its message, the messages of the past 5, 5, 1 and 1.
    expect(contents({ history: long, model: { contextTokens: 17 } })).toHaveLength(5)
    expect(contents({ history: long, model: { contextTokens: 16 } })).toEqual([
      'five six seven eight',
      'nine',
      'ten',
      'Why?',
    ])
    expect(contents({ history: long, model: { contextTokens: 7 } })).toEqual(['nine', 'ten', 'Why?'])
    expect(contents({ history: long, model: { contextTokens: 0 } })).toEqual(['ten', 'Why?'])
  })
  test('room is kept for the answer and for files', () => {
    const config = { model: { completion_params: { max_tokens: 10 } } }
    expect(contents({ history: long, model: { contextTokens: 17 } }, config)).toEqual(['nine', 'ten', 'Why?'])
    const media: MessagePart[] = [
      { type: 'media', kind: 'image', mimeType: 'image/png', data: { type: 'base64', base64: '' } },
    ]
    expect(contents({ history: long, media, model: { contextTokens: 800 } })).toHaveLength(2)
  })
  test('an unknown context remembers 2,000 tokens', () => {
    const many = Array.from({ length: 1000 }, () => turn('abcd', 'abcd')).flat()
    expect(contents({ history: many })).toHaveLength(1001)
  })
})

describe('files of the message', () => {
  const media: MessagePart[] = [{ type: 'text', text: '(image)' }]
  test('stand in front of the query', () => {
    const { messages } = prompt('chat', { pre_prompt: 'Hi' }, { query: 'What is it?', media, history })
    expect(messages.at(-1)).toEqual({ role: 'user', content: [...media, { type: 'text', text: 'What is it?' }] })
    expect(messages).toHaveLength(4)
  })
  test('or in a message of their own', () => {
    const config = { prompt_type: 'advanced', chat_prompt_config: { prompt: [{ role: 'system', text: 'Look.' }] } }
    expect(prompt('completion', config, { media }).messages).toEqual([
      { role: 'system', content: 'Look.' },
      { role: 'user', content: media },
    ])
  })
})
