// Fields of bodies that are wrong: in kind, in length, in what they say, left out, given twice, or named like what JavaScript
// has of its own.

import type { Operation } from '../../src/wire/operation.ts'
import {
  BODY_LIMIT,
  bodyText,
  type Field,
  fieldsIn,
  fieldsOf,
  isService,
  LISTS,
  type Malformed,
  nested,
  OBJECTS,
  sends,
  show,
  toJson,
} from './malformed-requests.ts'
import { GOOD_PARTS, type Good } from './malformed-targets.ts'

const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  number: ['12', '-0', '1.5', '1e999', '1e400', '123456789012345678901234567890'],
  boolean: ['true', 'false'],
  array: ['[]', '["x"]', '[[null]]', nested(1_000, LISTS)],
  object: ['{}', '{"a":1}', '{"toString":"x","length":1}', nested(1_000, OBJECTS)],
  null: ['null'],
  string: ['"x"', '""', '"12"'],
}

/** By the name of a field of the Service API: kinds it takes besides its own. */
const FORGIVEN: Readonly<Record<string, readonly string[]>> = { user: ['number', 'boolean'] }
/** Texts that may hold NUL characters: of questions they are dropped, and of an app file they are what is found. */
const WITH_NUL = [
  ...['/v1/chat-messages query', '/v1/completion-messages query', '/api/apps/check text'],
  // Of models.
  ...['/v1/embeddings input', '/v1/moderations input', '/v1/rerank query', '/v1/audio/speech input'],
]
/** Fields that are typed by what they are for. */
const TYPED: Readonly<Record<string, string>> = {
  '/v1/conversations/{conversation_id}/variables/{variable_id} value': 'string',
}
/** Characters, where it is not the schema that says it. */
const LONGEST: Readonly<Record<string, number>> = { user: 255, name: 255, content: 10_000 }

const accepts = ({ types }: Field, type: string): boolean =>
  types.size === 0 || types.has(type) || (type === 'number' && types.has('integer'))

const wrongTexts = ({ name, schema, isRequired }: Field, operation: Operation): readonly string[] => {
  const longest = schema.maxLength ?? (isService(operation) ? LONGEST[name] : undefined)
  const isFree = schema.enum === undefined && schema.pattern === undefined
  const chosen = schema.enum?.[0]
  return [
    ...(longest !== undefined && longest < BODY_LIMIT / 2 ? ['x'.repeat(longest + 1), '界'.repeat(longest + 1)] : []),
    ...((schema.minLength ?? 0) > 0 ? [''] : []),
    ...(name === 'user' && isRequired ? ['', '  '] : []),
    ...(isFree && !WITH_NUL.includes(`${operation.path} ${name}`) ? ['a\0b', '\0'] : []),
    ...(typeof chosen === 'string'
      ? ['banana', '', chosen.toUpperCase(), ` ${chosen}`, `${chosen}\0`, '__proto__']
      : []),
    ...(schema.pattern
      ? ['', 'x', '../x', '\0', '\u202e', '0190aaaa-0000-7000-8000-000000000000', 'x'.repeat(9_000)]
      : []),
  ]
}

const wrongValues = (
  field: Field,
  operation: Operation,
): readonly { readonly raw: string; readonly named: boolean }[] => {
  const { name, types, isRequired, schema } = field
  const forgiven = isService(operation)
    ? [...(FORGIVEN[name] ?? []), ...(name === 'user' && !isRequired ? ['null'] : [])]
    : []
  const kinds = Object.keys(SAMPLES).filter((type) => !accepts(field, type) && !forgiven.includes(type))
  const range = types.has('number') && schema.maximum !== undefined ? ['-0.1', '1.1', '1e999', '-1e999', '1e400'] : []
  const texts = types.has('string') ? wrongTexts(field, operation).map((text) => JSON.stringify(text)) : []
  // Some readers know a bound on how deep bodies go, and then no field.
  const isDeep = (raw: string) => raw.startsWith(LISTS[0].repeat(500)) || raw.startsWith(OBJECTS[0].repeat(500))
  return [
    ...[...kinds.flatMap((type) => SAMPLES[type] ?? []), ...range, ...texts].map((raw) => ({
      raw,
      named: !isDeep(raw),
    })),
    ...(types.size > 0 ? ['NaN', '-Infinity', '01', '1.'].map((raw) => ({ raw, named: false })) : []),
    ...(isRequired ? [{ raw: '', named: true }] : []),
  ]
}

/** @param place of the object in the body; empty for the body itself */
export const fieldCases = (operation: Operation, fields: readonly Field[], place = ''): readonly Malformed[] =>
  fields.flatMap((field) => {
    const inner = field.schema.items ?? field.schema
    const part = GOOD_PARTS[field.name]
    const deeper = part && place === '' && inner.properties ? fieldCases(operation, fieldsIn(inner), field.name) : []
    const own = wrongValues(field, operation).map(({ raw, named }): Malformed => {
      const change = { [field.name]: raw === '' ? undefined : raw }
      const text = (good: Good): string => {
        if (place === '') return bodyText(good, change)
        const object = bodyText({ body: { ...GOOD_PARTS[place] } as Record<string, unknown> }, change)
        return bodyText(good, { [place]: place === 'files' ? `[${object}]` : object })
      }
      const name = place === '' ? field.name : place === 'files' ? `files[0].${field.name}` : `${place}.${field.name}`
      return {
        title: `${name} = ${raw === '' ? 'nothing' : show(raw)}`,
        request: (good) => sends(operation, text(good))(good),
        statuses: [400],
        ...(named && { field: name }),
      }
    })
    return [...own, ...deeper]
  })

/** Keys that are something else in JavaScript. */
export const prototypeCases = (operation: Operation, fields: readonly Field[]): readonly Malformed[] => {
  const service = isService(operation)
  const required = fields.find(({ isRequired }) => isRequired)
  const strict = operation.body ? toJson(operation.body).additionalProperties === false : false
  const wrapped = ['__proto__', 'constructor', 'prototype'].map((key) => ({
    key,
    request: (good: Good) => sends(operation, `{"${key}":${bodyText(good)}}`)(good),
  }))
  const added = ['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}'].flatMap((raw) => [
    {
      title: `and ${raw}`,
      request: (good: Good) =>
        sends(
          operation,
          bodyText(good).replace(/}$/, `${good.body && Object.keys(good.body).length > 0 ? ',' : ''}${raw.slice(1)}`),
        )(good),
    },
    ...fields.map(({ name }) => ({
      title: `${name} = ${raw}`,
      request: (good: Good) => sends(operation, bodyText(good, { [name]: raw }))(good),
    })),
  ])
  return [
    ...(required || strict
      ? wrapped.map(({ key, request }) => ({ title: `all in ${key}`, request, statuses: [400] }))
      : []),
    ...(strict
      ? [
          {
            title: 'a field whose name has 100,000 characters',
            request: (good: Good) => sends(operation, bodyText(good, { ['x'.repeat(100_000)]: '1' }))(good),
            statuses: [400],
            field: `${'x'.repeat(100)}…`,
          },
          {
            title: 'a field too many',
            request: (good: Good) => sends(operation, bodyText(good, { surplus: '1' }))(good),
            statuses: [400],
            field: 'surplus',
          },
        ]
      : []),
    // The Service API takes such keys for data that nobody asked for.
    ...(service ? [] : added.map((one) => ({ ...one, statuses: [400] }))),
  ]
}

/** The last of a name counts; so a wrong one after a right one is wrong. */
export const twiceCases = (operation: Operation, fields: readonly Field[]): readonly Malformed[] =>
  fields
    .filter(({ types }) => types.size > 0 && !types.has('object'))
    .map(({ name }) => ({
      title: `${name} twice`,
      request: (good) => sends(operation, `${bodyText(good, { [name]: '"x"' }).slice(0, -1)},"${name}":{}}`)(good),
      statuses: [400],
      field: name,
    }))

export const bodyFields = (operation: Operation): readonly Field[] =>
  fieldsOf(operation.body).map((field) => {
    const type = TYPED[`${operation.path} ${field.name}`]
    return type === undefined ? field : { ...field, types: new Set([type]) }
  })

/** What an app's own form asks for: the word that the right request gives. */
export const inputCases = (operation: Operation): readonly Malformed[] => {
  if (!['/v1/workflows/run', '/v1/workflows/{workflow_id}/run', '/api/apps/{app_id}/runs'].includes(operation.path))
    return []
  const words = [
    '12',
    '-0',
    '1e999',
    '123456789012345678901234567890',
    'true',
    'null',
    '[]',
    '{}',
    '{"a":1}',
    '"more than eight"',
  ]
  const inputs = [
    ...words.map((word) => `{"word":${word}}`),
    '{}',
    '{"__proto__":{"word":"x"}}',
    '{"constructor":{"word":"x"}}',
  ]
  return [
    ...inputs.map((raw) => ({
      title: `inputs = ${raw}`,
      request: (good: Good) => sends(operation, bodyText(good, { inputs: raw }))(good),
      statuses: [400],
      // Prototype keys make a body of the management API unreadable.
      ...(!raw.includes('__proto__') && { field: 'inputs' }),
    })),
    ...[1_000, 100_000].flatMap((depth) =>
      [LISTS, OBJECTS].map((brackets) => ({
        title: `inputs ${depth} deep in ${brackets[0]}`,
        request: (good: Good) =>
          sends(operation, bodyText(good, { inputs: `{"word":"x","more":${nested(depth, brackets)}}` }))(good),
        statuses: [400],
      })),
    ),
  ]
}
