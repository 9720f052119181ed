// The `document-extractor` kind: the text of a file, or of each file of a list. One unreadable file fails the node.

import { z } from 'zod'
import { messageOf, PlatformError } from '../base/errors.ts'
import { isList } from '../base/value.ts'
import { FileValue } from '../flow/file.ts'
import type { NodeContext } from '../flow/spec.ts'
import { defineKind, selectorField } from './define.ts'
import { NodeError, toFailed } from './errors.ts'
import { readFile } from './model/media.ts'
import { requiredVariable } from './required-variable.ts'
import type { NodeServices } from './spec.ts'

const settings = z.object({ variable_selector: selectorField })

export const documentExtractor = defineKind({
  types: ['document-extractor'],
  role: 'task',
  settings,
  compile({ variable_selector: selector }) {
    return {
      async run(context) {
        try {
          const value = requiredVariable(selector, context.get)
          const inputs = { variable_selector: selector, variable: value }
          if (value === null) return { type: 'success', outputs: { text: [] }, inputs }
          if (value instanceof FileValue) {
            return { type: 'success', outputs: { text: await extract(value, context) }, inputs }
          }
          const texts: string[] = []
          for (const file of isList(value) ? value : [value]) {
            if (!(file instanceof FileValue)) {
              const details = { name: selector.join('.'), expected: 'a file or a list of files' }
              throw new NodeError('node/variable-type', { details })
            }
            texts.push(await extract(file, context))
          }
          return { type: 'success', outputs: { text: texts }, inputs }
        } catch (error) {
          return toFailed(error)
        }
      },
    }
  },
})

const extract = async (file: FileValue, context: NodeContext<NodeServices>): Promise<string> => {
  const { documents } = context.services
  const extension = (file.fields.extension ?? '').toLowerCase()
  const name = file.fields.filename ?? file.fields.remoteUrl ?? ''
  // Said before anything is fetched: a large film should not be read to learn that it holds no text.
  if (extension !== '' && !documents.extensions.has(extension)) {
    throw new NodeError('node/file-unsupported', { details: { name, format: extension } })
  }
  const { bytes, mimeType } = await readFile(file, context)
  try {
    return await documents.read({ bytes, extension, mimeType: file.fields.mimeType ?? mimeType }, context.signal)
  } catch (error) {
    if (context.signal.aborted || !(error instanceof PlatformError)) throw error
    const details = { name, format: extension || mimeType, reason: messageOf(error) }
    const code = error.code === 'knowledge/unsupported-format' ? 'node/file-unsupported' : 'node/file-unreadable'
    throw new NodeError(code, { details, cause: error })
  }
}
