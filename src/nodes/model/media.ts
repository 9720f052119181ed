// Files of a run as parts of a message. Only what the model can take is read at all.

import { messageOf, PlatformError } from '../../base/errors.ts'
import { isList, type Value } from '../../base/value.ts'
import { FileValue } from '../../flow/file.ts'
import type { NodeContext, Selector } from '../../flow/spec.ts'
import type { ChatModel, MessagePart, ModelFeature } from '../../model/spec.ts'
import { NodeError } from '../errors.ts'
import type { NodeServices } from '../spec.ts'

const FEATURES = { image: 'vision', audio: 'audio', video: 'video', document: 'document' } as const satisfies Record<
  string,
  ModelFeature
>
type MediaKind = keyof typeof FEATURES

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
export const mediaParts = async (
  files: readonly FileValue[],
  model: ChatModel,
  context: NodeContext<NodeServices>,
  detail: 'low' | 'high' = 'high',
): Promise<readonly MessagePart[]> => {
  const parts: MessagePart[] = []
  for (const file of files) {
    const kind = file.fields.type
    if (!isMediaKind(kind) || !takesMedia(model, kind)) continue
    const { bytes, mimeType } = await readFile(file, context)
    parts.push({
      type: 'media',
      kind,
      mimeType,
      data: {
        type: 'base64',
        base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
      },
      ...(file.fields.filename === null ? {} : { filename: file.fields.filename }),
      ...(kind === 'image' ? { detail } : {}),
    })
  }
  return parts
}

export const takesMedia = (model: ChatModel, kind: MediaKind): boolean => model.features.has(FEATURES[kind])

const isMediaKind = (kind: string): kind is MediaKind => Object.hasOwn(FEATURES, kind)

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
