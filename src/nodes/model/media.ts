// Files of a run as parts of a message.

import { messageOf, PlatformError } from '../../base/errors.ts'
import { isList, type Value } from '../../base/value.ts'
import { FileValue } from '../../flow/file.ts'
import type { NodeContext, Selector } from '../../flow/spec.ts'
import { mediaParts } from '../../model/media.ts'
import type { ChatModel, MessagePart } from '../../model/spec.ts'
import { NodeError } from '../errors.ts'
import type { NodeServices } from '../spec.ts'

/** The files of a value: itself, or the items of a list of files. */
export const filesIn = (value: Value | undefined): readonly FileValue[] => {
  if (value instanceof FileValue) return [value]
  return isList(value) ? value.filter((item): item is FileValue => item instanceof FileValue) : []
}

/** The files a vision setting names; nothing when the variable is missing or null.
 *  @throws NodeError `node/variable-type` */
export const visionFiles = (
  get: (selector: Selector) => Value | undefined,
  selector: Selector,
): readonly FileValue[] => {
  const value = get(selector)
  if (value === undefined || value === null) return []
  const files = filesIn(value)
  if (value instanceof FileValue || (isList(value) && files.length === value.length)) return files
  throw new NodeError('node/variable-type', {
    details: { name: selector.join('.'), expected: 'a file or a list of files' },
  })
}

/** The parts for those files the model takes.
 *  @throws NodeError `node/file-unavailable` */
export const fileParts = (
  files: readonly FileValue[],
  model: ChatModel,
  context: NodeContext<NodeServices>,
  detail?: 'low' | 'high',
): Promise<readonly MessagePart[]> => {
  const sources = files.map((file) => ({
    kind: file.fields.type,
    filename: file.fields.filename,
    read: () => readFile(file, context),
  }))
  return mediaParts(sources, model, detail)
}

/** The bytes of a file, with its name in the failure. */
export const readFile = async (
  file: FileValue,
  context: NodeContext<NodeServices>,
): Promise<{ readonly bytes: Uint8Array; readonly mimeType: string }> => {
  try {
    return await context.services.files.read(file, context.signal)
  } catch (error) {
    if (context.signal.aborted || !(error instanceof PlatformError)) throw error
    const name = file.fields.filename ?? file.fields.remoteUrl ?? file.fields.relatedId ?? ''
    throw new NodeError('node/file-unavailable', { details: { name, reason: messageOf(error) }, cause: error })
  }
}
