// Failures around conversations and their variables.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const conversationErrors = {
  'conversation/not-found': 'There is no such conversation.',
  'conversation/bad-name': 'The name of a conversation must have 1 to {limit} characters.',
  'conversation/bad-cursor': 'The last variable of the page before is none of this conversation.',
  'conversation/variable-not-found': 'The conversation has no such variable.',
  'conversation/variable-type': 'The variable {name} is of the type {type}; the value given is {given}.',
  'conversation/variable-too-large': 'The variable {name} would have {size} bytes; {limit} is the limit.',
  'conversation/changing': 'The conversation keeps changing while it is written to.',
} as const satisfies ErrorCatalogue

export type ConversationErrorCode = keyof typeof conversationErrors

export class ConversationError extends PlatformError<ConversationErrorCode> {
  constructor(code: ConversationErrorCode, options?: ErrorOptions) {
    super(code, conversationErrors[code], options)
  }
}
