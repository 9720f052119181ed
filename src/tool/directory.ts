// Finds tools under the names app files use: `time`, or `langgenius/time/time` for the same provider.
// Names are compared in their full form. Source of the short forms: Dify's provider ids.

import { ToolError } from './errors.ts'
import type { Tool, ToolDirectory } from './spec.ts'

// These plugins carry another name than their provider.
const RENAMED_PLUGINS = new Set(['jina', 'siliconflow', 'stepfun', 'gitee_ai'])

/** `org/plugin/provider` for a full or a short id; anything else stays as it is and only matches itself. */
export const fullProviderId = (provider: string): string => {
  if (!/^[a-z0-9_-]+$/.test(provider)) return provider
  return `langgenius/${RENAMED_PLUGINS.has(provider) ? `${provider}_tool` : provider}/${provider}`
}

const keyOf = (provider: string, name: string): string => `${fullProviderId(provider)}\n${name}`

/** @throws ToolError `tool/duplicate` */
export const createToolDirectory = (tools: Iterable<Tool>): ToolDirectory => {
  const byKey = new Map<string, Tool>()
  for (const tool of tools) {
    const key = keyOf(tool.provider, tool.name)
    if (byKey.has(key)) {
      throw new ToolError('tool/duplicate', { details: { provider: tool.provider, tool: tool.name } })
    }
    byKey.set(key, tool)
  }
  const list = Object.freeze([...byKey.values()])
  return {
    find: (provider, name) => byKey.get(keyOf(provider, name)),
    list: () => list,
  }
}
