// Small app files for whole-platform tests, written as graphs: nodes by id, edges as `a>b` or `a:handle>b`.

type Settings = Readonly<Record<string, unknown>>

export interface SmallApp {
  readonly mode: 'workflow' | 'advanced-chat'
  readonly nodes: Readonly<Record<string, Settings & { readonly type: string; readonly parent?: string }>>
  readonly edges: readonly string[]
  readonly conversation?: readonly Settings[]
  readonly environment?: readonly Settings[]
  readonly features?: Settings
}

/** An app file as an object; JSON of it is a file. */
export const appFile = ({
  mode,
  nodes,
  edges,
  conversation = [],
  environment = [],
  features = {},
}: SmallApp): object => ({
  version: '0.3.0',
  kind: 'app',
  app: { name: 'Test app', mode, icon: '🧪', icon_background: '#FFFFFF', description: '' },
  dependencies: [],
  workflow: {
    environment_variables: environment,
    conversation_variables: conversation,
    features,
    graph: {
      nodes: Object.entries(nodes).map(([id, { parent, ...data }]) => ({
        id,
        type: 'custom',
        position: { x: 0, y: 0 },
        data: { title: id, ...data },
        ...(parent !== undefined && { parentId: parent }),
      })),
      edges: edges.map((edge) => {
        const [from = '', target = ''] = edge.split('>')
        const [source = '', sourceHandle = 'source'] = from.split(':')
        return { id: edge, type: 'custom', source, sourceHandle, target, targetHandle: 'target', data: {} }
      }),
    },
  },
})

/** An app file of a mode without a graph. `config` replaces parts of `model_config`. */
export const basicApp = (mode: 'chat' | 'agent-chat' | 'completion', config: Settings = {}): object => ({
  version: '0.3.0',
  kind: 'app',
  app: { name: 'Test app', mode, icon: '🧪', icon_background: '#FFFFFF', description: '' },
  dependencies: [],
  model_config: {
    model: { provider: 'acme', name: 'acme-large', mode: 'chat', completion_params: {} },
    pre_prompt: 'You are brief.',
    prompt_type: 'simple',
    user_input_form: [],
    agent_mode: { enabled: mode === 'agent-chat', strategy: 'function_call', tools: [] },
    ...config,
  },
})

/** A chain of nodes in the order given. */
export const chain = (...ids: readonly string[]): string[] => ids.slice(1).map((id, i) => `${ids[i]}>${id}`)

export const start = (...variables: readonly Settings[]) => ({
  type: 'start',
  variables: variables.map((variable) => ({ label: variable.variable, required: false, ...variable })),
})

export const answer = (text: string) => ({ type: 'answer', answer: text, variables: [] })

export const end = (outputs: Readonly<Record<string, readonly string[]>>) => ({
  type: 'end',
  outputs: Object.entries(outputs).map(([variable, value_selector]) => ({ variable, value_selector })),
})

/** A model node; the provider is nobody's, so that the platform's default model stands in. */
export const llm = (prompt: string, more: Settings = {}) => ({
  type: 'llm',
  model: { provider: 'acme', name: 'acme-large', mode: 'chat', completion_params: {} },
  prompt_template: [{ id: 'u', role: 'user', text: prompt }],
  context: { enabled: false, variable_selector: [] },
  vision: { enabled: false },
  ...more,
})

export const template = (text: string, variables: Readonly<Record<string, readonly string[]>> = {}) => ({
  type: 'template-transform',
  template: text,
  variables: Object.entries(variables).map(([variable, value_selector]) => ({ variable, value_selector })),
})

export const code = (javascript: string, outputs: Readonly<Record<string, string>>, variables = {}) => ({
  type: 'code',
  code_language: 'javascript',
  code: javascript,
  variables: Object.entries(variables).map(([variable, value_selector]) => ({ variable, value_selector })),
  outputs: Object.fromEntries(Object.entries(outputs).map(([name, type]) => [name, { type, children: null }])),
})

/** Asks people; leaves by `ok`, `no` or `__timeout`. */
export const humanInput = (more: Settings = {}) => ({
  type: 'human-input',
  form_content: 'Offer: **{{#start.title#}}**\nNote: {{#$output.note#}}',
  inputs: [{ type: 'paragraph', output_variable_name: 'note', default: null }],
  user_actions: [
    { id: 'ok', title: 'Approve', button_style: 'primary' },
    { id: 'no', title: 'Reject', button_style: 'default' },
  ],
  timeout: 1,
  timeout_unit: 'day',
  delivery_methods: [{ id: 'web', type: 'webapp', enabled: true, config: {} }],
  ...more,
})
