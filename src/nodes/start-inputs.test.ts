import { expect, it } from 'vitest'
import { parseJson } from '../base/json.ts'
import type { Value } from '../base/value.ts'
import { type FileKind, FileValue, type TransferMethod } from '../flow/file.ts'
import { checkStartInputs, type StartInput } from './start-inputs.ts'

const variable = (type: StartInput['type'], more: Partial<StartInput> = {}): StartInput => ({
  name: 'x',
  type,
  required: false,
  options: [],
  allowedFileTypes: [],
  allowedFileExtensions: [],
  allowedFileUploadMethods: [],
  ...more,
})

const file = (type: FileKind, extension: string, transferMethod: TransferMethod = 'local_file'): FileValue =>
  new FileValue({
    id: null,
    type,
    transferMethod,
    remoteUrl: null,
    relatedId: 'f',
    filename: `f${extension}`,
    extension,
    mimeType: null,
    size: 1,
    url: null,
  })
const pdf = file('document', '.PDF')
const odd = file('custom', '.xyz')

const WRONG = Symbol('wrong')
const schema = parseJson('{"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}') as never
const rows: [StartInput, Value | undefined, Value | typeof WRONG][] = [
  [variable('text-input'), 'a', 'a'],
  [variable('text-input'), 'a\0b', 'ab'],
  [variable('text-input'), undefined, null],
  [variable('text-input', { default: 'D' }), undefined, 'D'],
  [variable('text-input', { default: 'D' }), null, 'D'],
  [variable('text-input', { default: 'D' }), '', ''],
  [variable('text-input', { required: true }), undefined, WRONG],
  [variable('text-input', { required: true, default: 'D' }), undefined, WRONG],
  [variable('text-input'), 5, WRONG],
  [variable('paragraph', { maxLength: 2 }), '😀😀', '😀😀'],
  [variable('paragraph', { maxLength: 2 }), 'abc', WRONG],
  [variable('select', { options: ['a', 'b'] }), 'b', 'b'],
  [variable('select', { options: ['a', 'b'] }), 'c', WRONG],
  [variable('number'), 3, 3],
  [variable('number'), '3', 3],
  [variable('number'), '3.0', parseJson('3.0')],
  [variable('number'), ' 12345678901234567890 ', 12345678901234567890n],
  [variable('number'), '1e3', WRONG],
  [variable('number'), '  ', null],
  [variable('number'), true, WRONG],
  [variable('checkbox'), true, true],
  [variable('checkbox'), ' Yes', true],
  [variable('checkbox'), '0', false],
  [variable('checkbox'), 'maybe', WRONG],
  [variable('json_object'), { n: 1 }, { n: 1 }],
  [variable('json_object'), '{"n": 1.0}', { n: parseJson('1.0') }],
  [variable('json_object'), '[1]', WRONG],
  [variable('json_object', { jsonSchema: schema }), { n: 1 }, { n: 1 }],
  [variable('json_object', { jsonSchema: schema }), { n: 'a' }, WRONG],
  [variable('json_object', { jsonSchema: { type: 'nonsense' } }), { n: 'a' }, WRONG],
  [variable('file'), pdf, pdf],
  [variable('file'), '', null],
  [variable('file', { required: true }), '', WRONG],
  [variable('file'), { type: 'image' }, WRONG],
  [variable('file', { allowedFileTypes: ['document'] }), pdf, pdf],
  [variable('file', { allowedFileTypes: ['image'] }), pdf, WRONG],
  [variable('file', { allowedFileTypes: ['custom'], allowedFileExtensions: ['.pdf'] }), pdf, pdf],
  [variable('file', { allowedFileTypes: ['custom'], allowedFileExtensions: ['.pdf'] }), odd, WRONG],
  [variable('file', { allowedFileUploadMethods: ['remote_url'] }), pdf, WRONG],
  [variable('file-list'), [pdf, odd], [pdf, odd]],
  [variable('file-list', { maxLength: 1 }), [pdf, odd], WRONG],
  [variable('file-list'), pdf, WRONG],
  [variable('external_data_tool'), 'any', 'any'],
]
it.each(rows.map((row, i) => [i, row[0].type, ...row] as const))('%i: %s', (_i, _type, declared, given, expected) => {
  const result = checkStartInputs([declared], given === undefined ? {} : { x: given, undeclared: 1 })
  if (expected === WRONG) expect(result).toMatchObject({ ok: false, issues: [{ path: 'x', code: 'node/start-input' }] })
  else expect(result).toEqual({ ok: true, value: { x: expected } })
})

it('names every wrong input at once', () => {
  const variables = ['a', 'b', 'c'].map((name) => ({ ...variable('number', { required: name !== 'c' }), name }))
  const result = checkStartInputs(variables, { b: 'x', c: 1 })
  expect(!result.ok && result.issues.map((issue) => issue.message)).toEqual([
    'The input a is required.',
    'The input b must be a number.',
  ])
})
