// Words for ends that no node chose: what a node throws, and why a run was stopped.

import { messageOf, PlatformError } from '../base/errors.ts'
import { FlowError, type FlowErrorCode } from './errors.ts'
import type { NodeFailure } from './events.ts'
import type { NodeFailed } from './spec.ts'

/** Whatever a node throws becomes its failure; the class name is the app format's word for the unexpected. */
export const unexpected = (error: unknown): NodeFailed => ({
  type: 'failure',
  failure: {
    type: 'WorkflowNodeError',
    message: messageOf(error) || 'The node failed.',
    ...(error instanceof PlatformError && { code: error.code }),
  },
})

export const flowFailure = (code: FlowErrorCode, details: Readonly<Record<string, unknown>>): NodeFailure => {
  const { message } = new FlowError(code, { details })
  return { type: '', message: code === 'flow/stopped' ? String(details.reason) : message, code }
}

export const reasonText = (signal: AbortSignal): string => {
  const { reason } = signal
  if (typeof reason === 'string') return reason
  return reason instanceof Error && reason.name !== 'AbortError' ? reason.message : 'The user asked for it.'
}
