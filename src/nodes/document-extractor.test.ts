import { expect, test } from 'vitest'
import { compileBody, createNodeContext } from '../../test/support/node-context.ts'
import type { Value } from '../base/value.ts'
import { FileValue } from '../flow/file.ts'
import { KnowledgeError } from '../knowledge/errors.ts'
import { documentExtractor } from './document-extractor.ts'

const file = (filename: string) =>
  new FileValue({
    id: null,
    type: 'document',
    transferMethod: 'local_file',
    remoteUrl: null,
    relatedId: 'r',
    filename,
    extension: filename.slice(filename.indexOf('.')),
    mimeType: 'text/plain',
    size: 1,
    url: null,
  })

const extract = async (value: Value | undefined) => {
  const { context } = createNodeContext({
    pool: { start: value === undefined ? {} : { f: value } },
    services: {
      files: {
        read: async (of) => ({ bytes: Buffer.from(of.fields.filename ?? ''), mimeType: 'text/plain' }),
        store: () => Promise.reject(new Error('nothing to store')),
      },
      documents: {
        extensions: new Set(['.txt']),
        read: async ({ bytes }) => {
          const name = Buffer.from(bytes).toString()
          if (name.startsWith('bad'))
            throw new KnowledgeError('knowledge/unreadable', { details: { reason: 'broken' } })
          return `text of ${name}`
        },
      },
    },
  })
  return compileBody(documentExtractor, { variable_selector: ['start', 'f'] }).run(context)
}

const check = (name: string, value: Value | undefined, expected: object) =>
  test(name, async () => expect(await extract(value)).toMatchObject(expected))

check('one file', file('a.txt'), { type: 'success', outputs: { text: 'text of a.txt' } })
check('upper case', file('a.TXT'), { type: 'success', outputs: { text: 'text of a.TXT' } })
check('a list', [file('a.txt'), file('b.txt')], { outputs: { text: ['text of a.txt', 'text of b.txt'] } })
check('an empty list', [], { type: 'success', outputs: { text: [] } })
check('null', null, { type: 'success', outputs: { text: [] } })
check('missing', undefined, { type: 'failure', failure: { type: 'VariableNotFoundError' } })
check('no file', 'text', { type: 'failure', failure: { type: 'InvalidVariableTypeError' } })
check('unknown format', file('a.mp4'), { type: 'failure', failure: { type: 'UnsupportedFileTypeError' } })
check('one unreadable', [file('a.txt'), file('bad.txt')], { type: 'failure', failure: { type: 'TextExtractionError' } })
