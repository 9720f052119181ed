// Bodies that are wrong as a whole: no JSON, no UTF-8, too deep, too large, of another type; and forms that are none.

import type { Operation } from '../../src/wire/operation.ts'
import {
  BODY_LIMIT,
  bodyText,
  FILE_LIMIT,
  FORM_TYPE,
  formOf,
  isGateway,
  isService,
  LISTS,
  type Malformed,
  nested,
  OBJECTS,
  sends,
  show,
  takesForm,
} from './malformed-requests.ts'
import { formText, type Good } from './malformed-targets.ts'

const bytes = (...parts: (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)))

const withField = (text: string, value: string): string => `{"a":${value}${text === '{}' ? '' : ','}${text.slice(1)}`

export const bodyCases = (operation: Operation): readonly Malformed[] => {
  const texts: readonly (readonly [string, (text: string) => string | Uint8Array])[] = [
    ['cut off', (text) => text.slice(0, -1)],
    ['a quote that is not closed', (text) => `${text.slice(0, -1)},"a":"x}`],
    ['a comma too many', (text) => `${text.slice(0, -1)},}`],
    ['two documents', (text) => text + text],
    ['in a list', (text) => `[${text}]`],
    ['a text', () => '"x"'],
    ['a number', () => '1e999'],
    ['true', () => 'true'],
    ['blanks', () => ' \n'],
    ['NUL', () => '\0'],
    ['no JSON', () => 'a=b&c=d'],
    ['UTF-16', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 without a mark', (text) => Buffer.from(text, 'utf16le')],
    ['a byte order mark', (text) => `\ufeff${text}`],
    ['bytes that are no UTF-8', (text) => bytes(text.slice(0, -1), ',"a":"', [0xff, 0xfe], '"}')],
    ['half a surrogate in UTF-8', (text) => bytes(text.slice(0, -1), ',"a":"', [0xed, 0xa0, 0x80], '"}')],
    ['an overlong form', (text) => bytes(text.slice(0, -1), ',"a":"', [0xc0, 0xaf], '"}')],
    ['zipped', () => bytes([0x1f, 0x8b, 8, 0, 0, 0])],
    ['100,000 lists', () => nested(100_000, LISTS)],
    ['100,000 lists, open', () => '['.repeat(100_000)],
    ['100,000 objects', () => nested(100_000, OBJECTS)],
    ['100,000 objects in a field', (text) => withField(text, nested(100_000, OBJECTS))],
    ['100,000 lists in a field', (text) => withField(text, nested(100_000, LISTS))],
    ['1,000 objects in a field', (text) => withField(text, nested(1_000, OBJECTS))],
  ]
  const large = 'x'.repeat(BODY_LIMIT + 1)
  return [
    ...texts.map(([title, make]) => ({
      title: `body: ${title}`,
      request: (good: Good) => sends(operation, make(bodyText(good)))(good),
      statuses: [400],
    })),
    { title: 'body: too large', request: sends(operation, large), statuses: [413] },
    {
      title: 'body: too large, length untold',
      request: (good) => ({ ...sends(operation, large)(good), chunked: true }),
      statuses: [413],
    },
  ]
}

/** What is sent to calls that take no body must be readable all the same. Reading calls do not look at it. */
export const bodylessCases = (operation: Operation): readonly Malformed[] => {
  if (operation.method === 'GET') return []
  const rows: readonly (readonly [string, string, number, string?])[] = [
    ['cut off', '{"a":', 400],
    ['too deep', nested(100_000, LISTS), 400],
    ['a key of prototypes, cut off', '{"__proto__":', 400],
    ['too large', 'x'.repeat(BODY_LIMIT + 1), 413],
    ['a text', 'x', 415, 'text/plain'],
    ['a form', formText(), 415, FORM_TYPE['content-type']],
  ]
  return rows.map(([title, body, status, type = 'application/json']) => ({
    title: `body: ${title}`,
    request: sends(operation, body, { 'content-type': type }),
    statuses: [status],
  }))
}

const TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/xml',
  'application/octet-stream',
  'json',
  'application/jsonx',
  ';',
  `application/${'x'.repeat(8_000)}`,
]

export const typeCases = (operation: Operation): readonly Malformed[] => {
  const form = takesForm(operation)
  const types = form ? ['application/json', ...TYPES] : [FORM_TYPE['content-type'], 'multipart/form-data', ...TYPES]
  const posing = '{"file":{"filepath":"/etc/passwd","mimetype":"text/plain"},"filepath":"/etc/passwd"}'
  return [...types, undefined].map((type) => ({
    title: `content type: ${show(type ?? 'none')}`,
    request: (good) => ({
      ...sends(operation, form ? posing : bodyText(good), type === undefined ? {} : { 'content-type': type })(good),
    }),
    // Old clients call an upload without any form: told that there is no file.
    statuses: form && type === undefined ? [400, 415] : [415],
  }))
}

export const formCases = (operation: Operation): readonly Malformed[] => {
  const good = formOf(operation)
  const isAudio = operation.path.startsWith('/v1/audio')
  const field = (name: string, value = 'x') =>
    `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const forms: readonly (readonly [string, string, readonly number[], string?])[] = [
    ['no boundary', good, [400, 415], 'multipart/form-data'],
    ['an empty boundary', good, [400, 415], 'multipart/form-data; boundary='],
    ['another boundary', good, [400], 'multipart/form-data; boundary=YY'],
    ['a boundary of 8,000 characters', good, [400], `multipart/form-data; boundary=${'x'.repeat(8_000)}`],
    ['nothing', '', [400]],
    ['no parts', '--XX--\r\n', [400]],
    ['cut in the header', good.slice(0, 40), [400]],
    ['cut in the file', good.slice(0, -12), [400]],
    ['no end', good.slice(0, -6), [400]],
    ['no form', 'hello', [400]],
    ['JSON', '{"file":{"filepath":"/etc/passwd"}}', [400]],
    ['another part', formText('text/plain', 'a.txt', 'files'), [400]],
    ['a text named file', `${field('file')}--XX--\r\n`, [400]],
    ['a part named __proto__', formText('text/plain', 'a.txt', '__proto__'), [400]],
    ['a field named __proto__', `${field('__proto__')}--XX--\r\n`, [400]],
    ['a name of 10,000 characters', `${field('x'.repeat(10_000))}--XX--\r\n`, [400]],
    ['30 fields', `${Array.from({ length: 30 }, (_, i) => field(`f${i}`)).join('')}${good}`, [400]],
    ['two files', `${good.replace('--XX--\r\n', '')}${good}`, isAudio ? [] : [400]],
    ['a file too large', good.replace('hello', 'x'.repeat(FILE_LIMIT + 1)), isAudio ? [] : [413]],
    // Of a recording the name tells.
    ['no type', good.replace(/Content-Type: \S+\r\n/, ''), isGateway(operation) ? [] : [415]],
    ['NUL in the name', good.replace('filename="', 'filename="\0'), isAudio ? [] : [400, 415]],
    ['NUL in a field name', `${field('a\0b')}--XX--\r\n`, [400]],
    ['an odd type', good.replace(/Content-Type: \S+/, 'Content-Type: \0'), [400, 415]],
    ['no name', good.replace(/filename="[^"]*"/, 'filename=""'), isAudio ? [] : [400]],
    ['a user with NUL', `${field('user', 'a\0b')}${good}`, isService(operation) && !isAudio ? [400] : []],
    ['a long user', `${field('user', 'x'.repeat(256))}${good}`, isService(operation) && !isAudio ? [400] : []],
  ]
  return forms
    .filter(([, , statuses]) => statuses.length > 0)
    .map(([title, body, statuses, type = FORM_TYPE['content-type']]) => ({
      title: `form: ${title}`,
      request: sends(operation, body, { 'content-type': type }),
      statuses,
    }))
}
