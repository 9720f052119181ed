// Addresses that are wrong: ids that name nothing or are no text, and queries out of range or given twice.

import type { Operation } from '../../src/wire/operation.ts'
import { addressOf, type Field, fieldsOf, goodRequest, isService, type Malformed, show } from './malformed-requests.ts'
import type { Good } from './malformed-targets.ts'

const NOBODY = '0190aaaa-0000-7000-8000-000000000000'
const IDS: readonly string[] = [
  'x',
  'null',
  '%00',
  'a%00b',
  'a%2fb',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e',
  '%e2%80%ae%e2%80%8f',
  '%f0%9f%98%80',
  '__proto__',
  'constructor',
  "'%20or%20'1'='1",
  'x'.repeat(200),
  `${NOBODY}0`,
  NOBODY,
  `other_${NOBODY}`,
  `app_${NOBODY}%00`,
]
/** What names nothing whatever the call says of unknown ids. */
const BAD_ADDRESSES = ['%ed%a0%80', '%ff', '%c3%28', '%zz', '%', 'x'.repeat(201), 'x'.repeat(8_000)]

/** Names that such a call may give. */
const NAME = /^[A-Za-z0-9][\w.-]{0,59}$/

export const pathCases = (operation: Operation): readonly Malformed[] =>
  [...operation.path.matchAll(/\{(\w+)\}/g)].flatMap(([, name = '']) => {
    // Tasks nobody knows are as good as stopped.
    const isStop = name === 'task_id' && operation.method === 'POST'
    const isGiven = operation.method === 'PUT' && /\/(?:limits|budgets)\/\{name\}$/.test(operation.path)
    const ids = isStop ? [] : isGiven ? IDS.filter((id) => !NAME.test(id)) : IDS
    return [...ids, ...BAD_ADDRESSES].map((id) => ({
      title: `${name}: ${show(id)}`,
      request: (good: Good) => {
        const { headers, body, method } = goodRequest(operation, good)
        const path = addressOf(operation, good, { params: { [name]: id } })
        return { method, path, ...(headers && { headers }), ...(body !== undefined && { body }) }
      },
      statuses: [400, 404],
    }))
  })

const NUMBERS = ['0', '-1', '-0', '1.5', '1e1', '0x10', '1e999', 'NaN', 'Infinity', '9223372036854775808', 'abc', '[]']
const ODD_NUMBERS = ['%20', '5%20', '%EF%BC%91', '%00', '1%00', '%ed%a0%80', '%zz', '5,6', 'true', '1'.repeat(400)]
const CURSORS = ['x', '..%2f', '%00', '%f0%9f%98%80', 'e30', 'MSBhcHBf', '-1', '__proto__', NOBODY]
const POINTERS = ['x', '%f0%9f%98%80', '..%2fx', '__proto__', `x_${NOBODY}`]
/** Queries that name something. */
const NAMING = ['last_id', 'first_id', 'conversation_id', 'appId', 'conversationId', 'versionId']
const TIMES = ['yesterday', '2026-13-45', '2026-02-30T00:00:00Z', '1e999', '2026-01-01T25:00:00Z', '-1', '%00']

const wrongQueries = ({ name, schema, types }: Field, operation: Operation): readonly string[] => {
  const tooLong = schema.maxLength === undefined ? [] : ['x'.repeat(schema.maxLength + 1)]
  if (types.has('integer')) return [...NUMBERS, ...ODD_NUMBERS]
  if (schema.enum ?? schema.items?.enum) return ['banana', 'TRUE', '__proto__', '%00']
  if (types.has('boolean')) return isService(operation) ? [] : ['maybe', '%00', '2']
  if (/^created_at__|^(?:from|to)$/.test(name) && !operation.path.endsWith('/diff')) return TIMES
  if (name === 'cursor') return [...CURSORS, ...tooLong]
  if (name === 'last_event_id') return isService(operation) ? [] : ['x', '-1', '1'.repeat(16), '%00', '1e3']
  if (NAMING.includes(name) || operation.path.endsWith('/diff')) return [...POINTERS, '%00', ...tooLong]
  return [...tooLong, ...(name === 'user' ? ['x'.repeat(256)] : []), '%00', 'a%00b']
}

/** Ignored where they are declared. */
const IGNORED = ['GET /v1/files/{file_id}/preview user', 'include_state_snapshot', 'continue_on_pause']

export const queryCases = (operation: Operation): readonly Malformed[] =>
  fieldsOf(operation.query).flatMap((field) => {
    const { name, types, schema, isRequired } = field
    if (IGNORED.includes(name) || IGNORED.includes(`${operation.method} ${operation.path} ${name}`)) return []
    const twice = types.has('array') ? [] : [`${name}=${schema.enum?.[0] ?? 1}&${name}=2`]
    // What names nothing is missing; what cannot name anything, invalid.
    const pointer = NAMING.includes(name) || operation.path.endsWith('/diff') || operation.path.endsWith('/events')
    return [...wrongQueries(field, operation).map((value) => `${name}=${value}`), ...twice].map((query) => ({
      title: `query: ${show(query)}`,
      request: (good: Good) => ({ method: operation.method, path: addressOf(operation, good, { query }) }),
      statuses: pointer || (name === 'user' && !isRequired) ? [400, 404] : [400],
      ...(!pointer && { field: name }),
    }))
  })
