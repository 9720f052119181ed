// What a template can fail with. The kind is the class name the reference gives the same mistake (`TypeError`,
// `UndefinedError`, `TemplateSyntaxError`, …), or `TemplateLimitError` when a budget of ours ran out.

import { SandboxError } from '../errors.ts'

export const LIMIT_KIND = 'TemplateLimitError'

/** Codes: `sandbox/template-limit` for exhausted budgets, else `sandbox/template-error`. `details.kind` repeats the kind. */
export class JinjaError extends SandboxError {
  readonly kind: string
  /** Line in the template, from 1; undefined where none is known. */
  readonly line: number | undefined
  readonly reason: string
  constructor(kind: string, reason: string, line?: number) {
    const place = line === undefined ? '' : ` (line ${line})`
    super(kind === LIMIT_KIND ? 'sandbox/template-limit' : 'sandbox/template-error', {
      details: { message: `${kind}: ${reason}${place}`, kind, ...(line === undefined ? {} : { line }) },
    })
    this.kind = kind
    this.line = line
    this.reason = reason
  }
}

export const typeError = (reason: string): JinjaError => new JinjaError('TypeError', reason)
export const valueError = (reason: string): JinjaError => new JinjaError('ValueError', reason)
export const overflowError = (reason: string): JinjaError => new JinjaError('OverflowError', reason)
export const limitError = (reason: string): JinjaError => new JinjaError(LIMIT_KIND, reason)
export const undefinedError = (reason: string): JinjaError => new JinjaError('UndefinedError', reason)
export const argumentError = (reason: string): JinjaError => new JinjaError('FilterArgumentError', reason)
