// One shape for every expected failure. Each folder keeps its own catalogue (`errors.ts`): code → message template.
// Codes read `folder/name` and are stable; messages may change. docs/errors.md lists all of them (checked by a test).

export interface ErrorOptions {
  /** Values for the `{placeholders}` of the message, and for machines. Never secrets. */
  readonly details?: Readonly<Record<string, unknown>>
  /** True when the same call may succeed later. Decided where the failure is understood. Default false. */
  readonly retryable?: boolean
  readonly cause?: unknown
}

export type ErrorCatalogue = Readonly<Record<`${string}/${string}`, string>>

export class PlatformError<Code extends string = string> extends Error {
  readonly code: Code
  readonly details: Readonly<Record<string, unknown>>
  readonly retryable: boolean
  constructor(code: Code, template: string, options: ErrorOptions = {}) {
    const details = options.details ?? {}
    super(fillMessage(template, details), options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.details = details
    this.retryable = options.retryable ?? false
  }
}

const fillMessage = (template: string, details: Readonly<Record<string, unknown>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(details, name) ? String(details[name]) : whole,
  )

/** What users get wrong is returned, not thrown: every problem at once, each with its place. */
export interface Issue {
  /** Where in the given document, e.g. `workflow.graph.nodes[3].data.cases[0]`. Empty for the whole. */
  readonly path: string
  readonly code: string
  readonly message: string
  /** Where in the operator's files, `routers.yaml:12`; absent for what came over the wire. */
  readonly place?: string
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] }

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** True for the error a passed `AbortSignal` produces. */
export const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'
