// Which call is for which kind of app. Source of the codes: Dify's Service API reference.

import type { AppMode } from '../../product/apps/file/spec.ts'
import { ApiError, type ApiErrorCode } from '../errors.ts'

/** Groups of modes that calls are for. */
export type Modes = 'chats' | 'completion' | 'workflow' | 'graphs' | 'messages'

const GROUPS: Readonly<Record<Modes, { readonly modes: readonly AppMode[]; readonly refusal: ApiErrorCode }>> = {
  chats: { modes: ['chat', 'agent-chat', 'advanced-chat'], refusal: 'api/not-chat-app' },
  completion: { modes: ['completion'], refusal: 'api/app-unavailable' },
  workflow: { modes: ['workflow'], refusal: 'api/not-workflow-app' },
  /** Apps whose runs are runs of a graph. */
  graphs: { modes: ['workflow', 'advanced-chat'], refusal: 'api/not-workflow-app' },
  /** Apps that answer with messages. */
  messages: { modes: ['chat', 'agent-chat', 'advanced-chat', 'completion'], refusal: 'api/app-unavailable' },
}

/** @throws ApiError `api/not-chat-app`, `api/not-workflow-app`, `api/app-unavailable` */
export const requireModes = (mode: string, group: Modes): void => {
  const { modes, refusal } = GROUPS[group]
  if (!modes.some((known) => known === mode)) throw new ApiError(refusal)
}
