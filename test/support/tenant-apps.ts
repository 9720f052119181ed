// App files of a tenant that say whose they are: every text in them holds the tenant's mark.

import { answer, appFile, basicApp, chain, end, humanInput, llm, start } from './app-files.ts'

const named = (file: object, name: string, description: string): object => {
  const { app, ...rest } = file as { readonly app: object }
  return { ...rest, app: { ...app, name, description } }
}

const DOCUMENT = { allowed_file_types: ['document'], allowed_file_upload_methods: ['local_file'] }
const UPLOADS = { file_upload: { enabled: true, number_limits: 3, ...DOCUMENT } }

const inputs = [
  { variable: 'word', type: 'text-input' },
  { variable: 'doc', type: 'file', ...DOCUMENT },
  { variable: 'docs', type: 'file-list', max_length: 3, ...DOCUMENT },
]

/** @param variable the UUID of the conversation variable */
export const markedChat = (mark: string, variable: string): object =>
  named(
    appFile({
      mode: 'advanced-chat',
      conversation: [{ id: variable, name: 'mood', value_type: 'string', value: `calm ${mark}`, description: mark }],
      environment: [{ id: 'e', name: 'TOKEN', value_type: 'secret', value: `secret ${mark}`, description: mark }],
      nodes: { start: start(...inputs), llm: llm(`${mark} {{#sys.query#}}`), answer: answer('{{#llm.text#}}') },
      edges: chain('start', 'llm', 'answer'),
      features: {
        opening_statement: `Hello from ${mark}`,
        suggested_questions: [`What is ${mark}?`],
        suggested_questions_after_answer: { enabled: true },
        speech_to_text: { enabled: true },
        text_to_speech: { enabled: true, voice: 'nova', language: 'en' },
        ...UPLOADS,
      },
    }),
    `Chat ${mark}`,
    `About ${mark}`,
  )

/** In the word of a workflow: it waits for people. */
export const ASKS = 'asks people'

export const markedWorkflow = (mark: string): object =>
  named(
    appFile({
      mode: 'workflow',
      nodes: {
        start: start(...inputs),
        gate: {
          type: 'if-else',
          cases: [
            {
              case_id: 'ask',
              logical_operator: 'and',
              conditions: [{ variable_selector: ['start', 'word'], comparison_operator: 'contains', value: ASKS }],
            },
          ],
        },
        ask: humanInput({ title: `Ask ${mark}`, form_content: `Question of ${mark} {{#$output.note#}}` }),
        asked: end({ said: ['ask', 'note'] }),
        llm: llm(`${mark} {{#start.word#}}`),
        end: end({ said: ['llm', 'text'], word: ['start', 'word'] }),
      },
      edges: ['start>gate', 'gate:ask>ask', 'ask:ok>asked', 'gate:false>llm', 'llm>end'],
      features: UPLOADS,
    }),
    `Workflow ${mark}`,
    `About ${mark}`,
  )

export const markedCompletion = (mark: string): object =>
  named(
    basicApp('completion', {
      pre_prompt: `${mark} {{word}}`,
      user_input_form: [{ 'text-input': { variable: 'word', label: `Word ${mark}` } }],
      ...UPLOADS,
    }),
    `Completion ${mark}`,
    `About ${mark}`,
  )

export const markedBasicChat = (mode: 'chat' | 'agent-chat', mark: string): object =>
  named(basicApp(mode, { pre_prompt: `Be ${mark}.` }), `${mode} ${mark}`, `About ${mark}`)
