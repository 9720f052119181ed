// Failures around speech: writing it down and reading aloud.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const audioErrors = {
  'audio/no-file': 'There is no audio file in the form.',
  'audio/too-large': 'The audio file is larger than {limitBytes} bytes.',
  'audio/unsupported-type': 'Audio of the type {type} is not taken.',
  'audio/transcription-off': 'Speech to text is not enabled for this app.',
  'audio/no-transcription-model': 'No model for speech to text is configured.',
  'audio/speech-off': 'Text to speech is not enabled for this app.',
  'audio/no-speech-model': 'No model for text to speech is configured.',
  'audio/no-text': 'There is no text to read aloud.',
  'audio/text-too-long': 'The text has more than {limitCharacters} characters.',
} as const satisfies ErrorCatalogue

export type AudioErrorCode = keyof typeof audioErrors

export class AudioError extends PlatformError<AudioErrorCode> {
  constructor(code: AudioErrorCode, options?: ErrorOptions) {
    super(code, audioErrors[code], options)
  }
}
