// What a call of the typed client ends with when the server refuses it.

export interface RefusalIssue {
  readonly path: string
  readonly code: string
  readonly message: string
}

export interface Refusal {
  readonly status: number
  /** Of docs/errors.md; `api/unreadable` when the answer is none of ours, such as a proxy's page. */
  readonly code: string
  /** The input that is wrong. */
  readonly param?: string
  readonly issues: readonly RefusalIssue[]
  /** Names the request in the server's log. */
  readonly requestId?: string
  /** Seconds after which the same call may go well. */
  readonly retryAfterSeconds?: number
}

export class ManagementError extends Error implements Refusal {
  readonly status: number
  readonly code: string
  readonly param?: string
  readonly issues: readonly RefusalIssue[]
  readonly requestId?: string
  readonly retryAfterSeconds?: number
  constructor(message: string, refusal: Refusal) {
    super(message)
    this.name = 'ManagementError'
    this.status = refusal.status
    this.code = refusal.code
    this.issues = refusal.issues
    if (refusal.param !== undefined) this.param = refusal.param
    if (refusal.requestId !== undefined) this.requestId = refusal.requestId
    if (refusal.retryAfterSeconds !== undefined) this.retryAfterSeconds = refusal.retryAfterSeconds
  }
}

/** From an answer that is no success, and its body as parsed or as text. Never throws. */
export const toManagementError = (response: Response, body: unknown): ManagementError => {
  const { status, headers } = response
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  const late = Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {}
  const error = fieldOf(body, 'error')
  const code = fieldOf(error, 'code')
  const message = fieldOf(error, 'message')
  if (typeof code !== 'string' || typeof message !== 'string') {
    return new ManagementError(`The server answered with status ${status}.`, {
      status,
      code: 'api/unreadable',
      issues: [],
      ...late,
    })
  }
  const param = fieldOf(error, 'param')
  const issues = fieldOf(error, 'issues')
  const requestId = fieldOf(body, 'requestId')
  return new ManagementError(message, {
    status,
    code,
    issues: Array.isArray(issues) ? issues.filter(isIssue) : [],
    ...(typeof param === 'string' && { param }),
    ...(typeof requestId === 'string' && { requestId }),
    ...late,
  })
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined

const isIssue = (value: unknown): value is RefusalIssue =>
  ['path', 'code', 'message'].every((name) => typeof fieldOf(value, name) === 'string')
