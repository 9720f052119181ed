// Speech of stored apps: writing recordings down, and reading messages and texts aloud. Whether an app does so its features say;
// with which models the configuration says.

import type { ModelDirectory } from '../../model/spec.ts'
import type { Apps } from '../apps/apps.ts'
import { type Features, readFeatures } from '../apps/features.ts'
import type { Caller } from '../caller.ts'
import type { MessageStore } from '../conversations/messages.ts'
import { serviceUser } from '../end-users/service-user.ts'
import type { EndUserStore } from '../end-users/store.ts'
import type { AppId, MessageId } from '../ids.ts'
import { MessageError } from '../messages/errors.ts'
import { AudioError } from './errors.ts'

export interface Recording {
  readonly bytes: Uint8Array
  readonly filename: string
  readonly mimeType: string
}

export interface SpeechRequest {
  readonly appId: AppId
  /** The caller's own name for the end user; undefined for nobody in particular. */
  readonly user: string | undefined
  /** Of the same end user; wins over the text. */
  readonly messageId?: MessageId | undefined
  readonly text?: string | undefined
  /** Undefined: the app's, else the model's own. */
  readonly voice?: string | undefined
}

export interface Speech {
  readonly mimeType: string
  /** As they come from the vendor. Leaving the loop ends the vendor's call. */
  readonly chunks: AsyncIterable<Uint8Array>
}

export interface Audio {
  /** Bytes of one recording. */
  readonly maxBytes: number
  /** Whether the app writes recordings down at all. @throws AudioError `audio/transcription-off`, AppError as `Apps.open` */
  admitRecordings(caller: Caller, appId: AppId): Promise<void>
  /** @throws AudioError `audio/transcription-off`, `audio/no-file`, `audio/unsupported-type`, `audio/too-large`,
   *  `audio/no-transcription-model`; ModelError; AppError as `Apps.open` */
  transcribe(
    caller: Caller,
    appId: AppId,
    recording: Recording,
    signal?: AbortSignal,
  ): Promise<{ readonly text: string }>
  /** @throws AudioError `audio/speech-off`, `audio/no-text`, `audio/text-too-long`, `audio/no-speech-model`; MessageError
   *  `message/not-found`; AppError as `Apps.open`. The chunks throw ModelError */
  speak(caller: Caller, request: SpeechRequest, signal?: AbortSignal): Promise<Speech>
}

export interface AudioParts {
  readonly apps: Pick<Apps, 'open'>
  readonly models: Pick<ModelDirectory, 'transcription' | 'speech'>
  readonly stores: { readonly messages: Pick<MessageStore, 'get'>; readonly endUsers: Pick<EndUserStore, 'find'> }
}

/** Source: Dify's Service API. */
const MAX_BYTES = 30 * 1024 * 1024
const MAX_CHARACTERS = 100_000
// Dify's list, and what browsers and systems call the same formats.
const TYPES = new Set(
  ['mp3', 'm4a', 'wav', 'amr', 'mpga', 'mpeg', 'mp4', 'x-m4a', 'x-wav', 'wave'].map((name) => `audio/${name}`),
)

export const createAudio = ({ apps, models, stores }: AudioParts): Audio => {
  const featuresOf = async (caller: Caller, appId: AppId): Promise<Features> =>
    readFeatures((await apps.open(caller, appId)).file)

  const admitRecordings: Audio['admitRecordings'] = async (caller, appId) => {
    const { speechToText } = await featuresOf(caller, appId)
    if (!speechToText.enabled) throw new AudioError('audio/transcription-off')
  }

  const textOf = async (caller: Caller, { appId, user, messageId, text }: SpeechRequest): Promise<string> => {
    if (messageId === undefined) return text ?? ''
    const endUser = await stores.endUsers.find(caller, serviceUser(appId, user))
    const message = endUser && (await stores.messages.get(caller, { appId, id: messageId, endUserId: endUser.id }))
    if (!message) throw new MessageError('message/not-found')
    return message.answer
  }

  return {
    maxBytes: MAX_BYTES,
    admitRecordings,
    async transcribe(caller, appId, recording, signal) {
      await admitRecordings(caller, appId)
      if (recording.bytes.byteLength === 0) throw new AudioError('audio/no-file')
      if (!TYPES.has(recording.mimeType)) {
        throw new AudioError('audio/unsupported-type', { details: { type: recording.mimeType } })
      }
      if (recording.bytes.byteLength > MAX_BYTES) {
        throw new AudioError('audio/too-large', { details: { limitBytes: MAX_BYTES } })
      }
      const model = models.transcription()
      if (!model) throw new AudioError('audio/no-transcription-model')
      return model.transcribe(recording, undefined, signal)
    },

    async speak(caller, request, signal) {
      const { textToSpeech } = await featuresOf(caller, request.appId)
      if (!textToSpeech.enabled) throw new AudioError('audio/speech-off')
      const text = (await textOf(caller, request)).trim()
      if (text === '') throw new AudioError('audio/no-text')
      if (text.length > MAX_CHARACTERS) {
        throw new AudioError('audio/text-too-long', { details: { limitCharacters: MAX_CHARACTERS } })
      }
      const model = models.speech()
      if (!model) throw new AudioError('audio/no-speech-model')
      const voice = request.voice || textToSpeech.voice
      return { mimeType: model.mimeType, chunks: model.speak(text, voice === '' ? {} : { voice }, signal) }
    },
  }
}
