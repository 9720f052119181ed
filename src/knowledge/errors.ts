// Failures of the knowledge engine.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../base/errors.ts'

export const knowledgeErrors = {
  'knowledge/unsupported-format': 'Documents of the type {type} cannot be read.',
  'knowledge/unreadable': 'The document cannot be read: {reason}',
  'knowledge/too-large': 'The document is larger than {limitBytes} bytes {what}.',
} as const satisfies ErrorCatalogue

export type KnowledgeErrorCode = keyof typeof knowledgeErrors

export class KnowledgeError extends PlatformError<KnowledgeErrorCode> {
  constructor(code: KnowledgeErrorCode, options?: ErrorOptions) {
    super(code, knowledgeErrors[code], options)
  }
}
