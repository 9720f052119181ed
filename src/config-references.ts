// References to the environment inside the texts of the configuration: `${NAME}`.

import { isObject, own, setOwn } from './base/value.ts'

type Problem = 'config/bad-reference' | 'config/missing-variable'

export interface ReferenceParts {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly report: (path: string, problem: Problem, details?: Record<string, unknown>) => void
}

/** The value with references replaced and keys without a value left out. */
export const fillIn = (value: unknown, parts: ReferenceParts, path = ''): unknown => {
  if (typeof value === 'string') return fillText(value, parts, path)
  if (Array.isArray(value)) return value.map((item, i) => fillIn(item, parts, `${path}[${i}]`))
  if (!isObject(value)) return value
  const filled = {}
  for (const key of Object.keys(value)) {
    const item = own(value, key)
    if (item !== null) setOwn(filled, key, fillIn(item, parts, path === '' ? key : `${path}.${key}`))
  }
  return filled
}

const REFERENCE = /\$?\$\{([^}]*)(\}?)/g

const fillText = (text: string, { environment, report }: ReferenceParts, path: string): string =>
  text.replace(REFERENCE, (whole, variable: string, end: string) => {
    if (whole.startsWith('$$')) return whole.slice(1)
    if (end === '' || !/^[A-Za-z_]\w*$/.test(variable)) {
      report(path, 'config/bad-reference')
      return whole
    }
    const found = own(environment, variable)
    if (typeof found === 'string') return found
    report(path, 'config/missing-variable', { name: variable })
    return whole
  })
