// Scopes: `tenant`, `tenant/app`, `tenant/app/user`. The owner always leads, so that no scope belongs to two.

export type ScopeLevel = 'tenant' | 'app' | 'user'

export interface ScopeParts {
  readonly owner: string
  readonly app: string | null
  readonly user: string | null
}

/** What is missing stands as `-`: a call without an app shares with no app's calls. */
export const scopeOf = ({ owner, app, user }: ScopeParts, level: ScopeLevel): string => {
  if (level === 'tenant') return owner
  const ofApp = `${owner}/${encode(app)}`
  return level === 'app' ? ofApp : `${ofApp}/${encode(user)}`
}

export const ownerOf = (scope: string): string => {
  const end = scope.indexOf('/')
  return end < 0 ? scope : scope.slice(0, end)
}

/** Whether `scope` is `wanted` or below it. */
export const isWithin = (scope: string, wanted: string): boolean => scope === wanted || scope.startsWith(`${wanted}/`)

/** Users are named by callers: their names must not reach into another level, and none of them may look like nobody. */
const encode = (name: string | null): string =>
  name === null ? '-' : name === '-' ? '%2D' : encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\ufffd'))
