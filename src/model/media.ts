// Files as parts of a message. Only what the model can take is read at all.

import type { ChatModel, MessagePart, ModelFeature } from './spec.ts'

const FEATURES = { image: 'vision', audio: 'audio', video: 'video', document: 'document' } as const satisfies Record<
  string,
  ModelFeature
>
export type MediaKind = keyof typeof FEATURES

export interface MediaSource {
  /** Kinds no model takes are allowed: such a file is left out. */
  readonly kind: string
  readonly filename: string | null
  /** Called once, and only when the model takes the kind. */
  read(): Promise<{ readonly bytes: Uint8Array; readonly mimeType: string }>
}

/** The parts for those files the model takes, in order; one after the other, so that few are in memory twice.
 *  @throws whatever `read` throws */
export const mediaParts = async (
  sources: readonly MediaSource[],
  model: Pick<ChatModel, 'features'>,
  detail: 'low' | 'high' = 'high',
): Promise<readonly MessagePart[]> => {
  const parts: MessagePart[] = []
  for (const { kind, filename, read } of sources) {
    if (!isMediaKind(kind) || !takesMedia(model, kind)) continue
    const { bytes, mimeType } = await read()
    const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
    parts.push({
      type: 'media',
      kind,
      mimeType,
      data: { type: 'base64', base64 },
      ...(filename === null ? {} : { filename }),
      ...(kind === 'image' ? { detail } : {}),
    })
  }
  return parts
}

export const takesMedia = (model: Pick<ChatModel, 'features'>, kind: MediaKind): boolean =>
  model.features.has(FEATURES[kind])

const isMediaKind = (kind: string): kind is MediaKind => Object.hasOwn(FEATURES, kind)

/** Content with media in front of it. Without media it stays as it is. */
export const mediaFirst = (
  media: readonly MessagePart[],
  content: string | readonly MessagePart[],
): string | readonly MessagePart[] => {
  if (media.length === 0) return content
  if (typeof content !== 'string') return [...media, ...content]
  return content === '' ? media : [...media, { type: 'text', text: content }]
}
