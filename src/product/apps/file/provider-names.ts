// Names of model and tool providers. Files before 0.1.5 write short names; later ones write `org/plugin/provider`.

const SHORT = /^[a-z0-9_-]+$/
const PART = /^[^/\s]+$/

// Providers whose plugin has another name than they have themselves.
const MODEL_PLUGINS: Readonly<Record<string, string>> = { google: 'gemini' }
const TOOL_PLUGINS: Readonly<Record<string, string>> = {
  jina: 'jina_tool',
  siliconflow: 'siliconflow_tool',
  stepfun: 'stepfun_tool',
  gitee_ai: 'gitee_ai_tool',
}
// Tools that ship with the product belong to no plugin and keep their short names.
const BUILT_IN_TOOLS: ReadonlySet<string> = new Set(['time', 'code', 'webscraper', 'audio'])

export interface ProviderName {
  readonly organization: string
  readonly plugin: string
  readonly provider: string
}

/** The three parts of a full name; undefined for every other text. */
export const parseProviderName = (name: string): ProviderName | undefined => {
  const [organization, plugin, provider, ...rest] = name.split('/')
  if (organization === undefined || plugin === undefined || provider === undefined || rest.length > 0) return undefined
  if (![organization, plugin, provider].every((part) => PART.test(part))) return undefined
  return { organization, plugin, provider }
}

const expand = (name: string, plugins: Readonly<Record<string, string>>): string => {
  if (!SHORT.test(name)) return name
  const plugin = Object.hasOwn(plugins, name) ? plugins[name] : name
  return `langgenius/${plugin}/${name}`
}

/** `openai` → `langgenius/openai/openai`. Full names, and texts that are no provider name, stay as they are. */
export const expandModelProvider = (name: string): string => expand(name, MODEL_PLUGINS)

/** `jina` → `langgenius/jina_tool/jina`. Built-in tools keep their short names. */
export const expandToolProvider = (name: string): string =>
  BUILT_IN_TOOLS.has(name) ? name : expand(name, TOOL_PLUGINS)

/** The plugin a provider comes from, `org/plugin`; undefined for built-in tools and ids that name no plugin. */
export const pluginOf = (provider: string): string | undefined => {
  const name = parseProviderName(provider)
  return name === undefined ? undefined : `${name.organization}/${name.plugin}`
}
