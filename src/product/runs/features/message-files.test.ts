// Files of a message against the app's `file_upload`.

import { describe, expect, test } from 'vitest'
import type { ValueObject } from '../../../base/value.ts'
import { type FileFields, FileValue } from '../../../flow/file.ts'
import { readFeatures } from '../../apps/features.ts'
import type { AppMode } from '../../apps/file/spec.ts'
import { checkFiles } from './message-files.ts'

const file = (type: FileFields['type'], filename: string, more: Partial<FileFields> = {}): FileValue =>
  new FileValue({
    id: null,
    type,
    transferMethod: 'local_file',
    remoteUrl: null,
    relatedId: 'file_1',
    filename,
    extension: null,
    mimeType: null,
    size: 1,
    url: null,
    ...more,
  })

const uploadOf = (block: ValueObject, mode: AppMode = 'chat') =>
  readFeatures({ features: { file_upload: block }, mode }).fileUpload

const check = (name: string, block: ValueObject, files: FileValue[], expected: string[]) =>
  test(name, () => {
    const result = checkFiles(uploadOf(block), files)
    expect(result.ok ? [] : result.issues.map((issue) => `${issue.path} ${issue.code}: ${issue.message}`)).toEqual(
      expected,
    )
    if (result.ok) expect(result.value).toEqual(files)
  })

const image = file('image', 'a.png')
const link = file('image', 'b.png', { transferMethod: 'remote_url', remoteUrl: 'https://x.test/b.png' })

describe('what is allowed', () => {
  check('no files', { enabled: true, allowed_file_types: ['image'] }, [], [])
  check('a kind of the list', { enabled: true, allowed_file_types: ['image'] }, [image, link], [])
  check('no list allows every kind', { enabled: true }, [file('audio', 'a.mp3')], [])
  check(
    'another kind',
    { enabled: true, allowed_file_types: ['image'] },
    [image, file('document', 'a.pdf')],
    [
      'files[1] run/file-refused: The file a.pdf cannot be sent with a message: files of the type document (.pdf) are not allowed.',
    ],
  )
  const custom = { enabled: true, allowed_file_types: ['custom'], allowed_file_extensions: ['.XYZ', 'pdf'] }
  check('extensions in any letters', custom, [file('custom', 'a.xyz'), file('custom', 'x', { extension: '.PDF' })], [])
  check(
    'an extension that is not listed',
    custom,
    [file('custom', 'a.exe')],
    [
      'files[0] run/file-refused: The file a.exe cannot be sent with a message: files of the type custom (.exe) are not allowed.',
    ],
  )
  check('a known kind by its extension', custom, [file('document', 'a.pdf')], [])
  check(
    'the extension of an address',
    custom,
    [file('custom', 'a', { filename: null, transferMethod: 'remote_url', remoteUrl: 'https://x.test/a.xyz?b=c.d' })],
    [],
  )
  check(
    'custom files need an extension of the list',
    { enabled: true },
    [file('custom', 'noextension')],
    [
      'files[0] run/file-refused: The file noextension cannot be sent with a message: files of the type custom are not allowed.',
    ],
  )
  const local = { enabled: true, allowed_file_upload_methods: ['local_file'] }
  check(
    'ways of transfer',
    local,
    [image, link],
    ['files[1] run/file-refused: The file b.png cannot be sent with a message: files by remote_url are not allowed.'],
  )
  check('files made by tools come as they come', local, [file('image', 'c.png', { transferMethod: 'tool_file' })], [])
  check(
    'too many',
    { enabled: true, number_limits: 1 },
    [image, link],
    ['files run/too-many-files: At most 1 files can be sent with a message.'],
  )
  check(
    'the oldest form',
    { image: { enabled: true, number_limits: 1, transfer_methods: ['remote_url'] } },
    [image],
    ['files[0] run/file-refused: The file a.png cannot be sent with a message: files by local_file are not allowed.'],
  )
})

test('while uploads are off, chats leave files out and workflows take them', () => {
  expect(checkFiles(uploadOf({}), [image])).toEqual({ ok: true, value: [] })
  expect(checkFiles(uploadOf({}, 'workflow'), [image])).toEqual({ ok: true, value: [image] })
})
