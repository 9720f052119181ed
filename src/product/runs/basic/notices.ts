// What a basic app asks for and a run here leaves out, so that nothing is missing silently.

import { externalTools } from '../../apps/file/needs.ts'
import type { AppFile, ModelConfig } from '../../apps/file/spec.ts'
import type { Notice } from '../events.ts'

export type { Notice } from '../events.ts'

export const missingParts = (file: AppFile, config: ModelConfig): readonly Notice[] => {
  const notices: Notice[] = []
  const datasets = config.datasets.ids.length
  if (datasets > 0) {
    notices.push({
      code: 'app/datasets-unavailable',
      message: `The app answers from ${datasets} knowledge ${datasets === 1 ? 'base' : 'bases'}, which cannot be searched here yet; the model answers without.`,
    })
  }
  const external = externalTools(file)
  if (external.length > 0) {
    notices.push({
      code: 'app/external-tools-unavailable',
      message: `The app takes data from outside, which is not possible here: ${list(external)}. These places of the prompt stay as they are.`,
    })
  }
  const tools = config.agent.tools.filter(({ enabled }) => enabled).map(({ toolName }) => toolName)
  if (file.mode === 'agent-chat' && tools.length > 0) {
    notices.push({
      code: 'agent/tools-unavailable',
      message: `Agents cannot use tools here yet; the model answers without: ${list(tools)}.`,
    })
  }
  return notices
}

/** Names enough to be told. */
const MAX_NAMES = 10

const list = (names: readonly string[]): string => {
  const shown = names.slice(0, MAX_NAMES).map((name) => name.slice(0, 80))
  return names.length > MAX_NAMES ? `${shown.join(', ')} and ${names.length - MAX_NAMES} more` : shown.join(', ')
}
