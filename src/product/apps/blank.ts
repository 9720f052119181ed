// The smallest useful app file of each mode.

import type { ValueObject } from '../../base/value.ts'
import type { AppMode } from './file/spec.ts'
import { CURRENT_VERSION } from './file/version.ts'

export interface BlankApp {
  readonly mode: AppMode
  readonly name: string
  readonly description?: string
  readonly icon?: { readonly type?: string | null; readonly value?: string | null; readonly background?: string | null }
}

export interface BlankModel {
  readonly provider: string
  readonly name: string
}

/** Runs as it is when the model is configured. */
export const blankAppFile = (app: BlankApp, model: BlankModel): ValueObject => ({
  version: CURRENT_VERSION,
  kind: 'app',
  app: {
    name: app.name,
    mode: app.mode,
    icon: app.icon?.value ?? '🤖',
    icon_type: app.icon?.type ?? 'emoji',
    icon_background: app.icon?.background ?? '#FFEAD5',
    description: app.description ?? '',
    use_icon_as_answer_icon: false,
  },
  dependencies: [],
  ...BODIES[app.mode](model),
})

const BODIES: Readonly<Record<AppMode, (model: BlankModel) => ValueObject>> = {
  workflow: () => workflow({}, [START, node('end', 1, { type: 'end', title: 'End', outputs: [] })]),
  'advanced-chat': (model) =>
    workflow({ opening_statement: '', suggested_questions: [] }, [
      START,
      node('llm', 1, {
        type: 'llm',
        title: 'LLM',
        model: { ...model, mode: 'chat', completion_params: {} },
        prompt_template: [{ id: 'system', role: 'system', text: '' }],
        memory: { window: { enabled: false, size: 10 }, query_prompt_template: '{{#sys.query#}}' },
        context: { enabled: false, variable_selector: [] },
        vision: { enabled: false },
      }),
      node('answer', 2, { type: 'answer', title: 'Answer', answer: '{{#llm.text#}}', variables: [] }),
    ]),
  chat: (model) => ({ model_config: settings(model) }),
  'agent-chat': (model) => ({
    model_config: {
      ...settings(model),
      agent_mode: { enabled: true, strategy: 'function_call', max_iteration: 5, tools: [] },
    },
  }),
  completion: (model) => ({
    model_config: {
      ...settings(model),
      pre_prompt: '{{query}}',
      user_input_form: [{ paragraph: { label: 'Query', variable: 'query', required: true, default: '' } }],
    },
  }),
}

const STEP_PIXELS = 300

const node = (id: string, column: number, data: ValueObject): ValueObject => ({
  id,
  type: 'custom',
  position: { x: 80 + column * STEP_PIXELS, y: 280 },
  data,
})

const START = node('start', 0, { type: 'start', title: 'Start', variables: [] })

/** One node after the other. */
const workflow = (features: ValueObject, nodes: readonly ValueObject[]): ValueObject => ({
  workflow: {
    environment_variables: [],
    conversation_variables: [],
    features,
    graph: {
      nodes,
      edges: nodes.slice(1).map((target, i) => edge(String(nodes[i]?.id), String(target.id))),
      viewport: { x: 0, y: 0, zoom: 1 },
    },
  },
})

const edge = (source: string, target: string): ValueObject => ({
  id: `${source}-source-${target}-target`,
  type: 'custom',
  source,
  sourceHandle: 'source',
  target,
  targetHandle: 'target',
  data: {},
})

const settings = (model: BlankModel): ValueObject => ({
  model: { ...model, mode: 'chat', completion_params: {} },
  prompt_type: 'simple',
  pre_prompt: '',
  user_input_form: [],
  opening_statement: '',
  suggested_questions: [],
  suggested_questions_after_answer: { enabled: false },
  speech_to_text: { enabled: false },
  text_to_speech: { enabled: false },
  retriever_resource: { enabled: true },
})
