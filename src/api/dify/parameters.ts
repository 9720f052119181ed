// An app's inputs and features as forms want to know them. Source of names and defaults: Dify's Service API reference.

import type { Value, ValueObject } from '../../base/value.ts'
import { type Features, readFeatures } from '../../product/apps/features.ts'
import type { AppFile, StartVariable } from '../../product/apps/file/spec.ts'

export interface UploadLimits {
  readonly imageBytes: number
  readonly audioBytes: number
  readonly videoBytes: number
  /** Of everything else. */
  readonly documentBytes: number
  /** Files of one message or run. */
  readonly perMessage: number
}

interface Surroundings {
  /** Whether stored answers are given to similar questions. */
  readonly replies: boolean
  readonly uploads: UploadLimits
}

export const toParameters = (file: AppFile, { replies, uploads }: Surroundings): ValueObject => {
  const features = readFeatures(file)
  const { speechToText, textToSpeech, sensitiveWordAvoidance } = features
  return {
    opening_statement: features.openingStatement,
    suggested_questions: features.suggestedQuestions,
    suggested_questions_after_answer: { enabled: features.suggestedQuestionsAfterAnswer.enabled },
    speech_to_text: { enabled: speechToText.enabled },
    text_to_speech: {
      enabled: textToSpeech.enabled,
      voice: textToSpeech.voice,
      language: textToSpeech.language,
      autoPlay: textToSpeech.autoPlay,
    },
    retriever_resource: { enabled: features.retrieverResource.enabled },
    annotation_reply: { enabled: replies },
    more_like_this: { enabled: features.moreLikeThis.enabled },
    // Which words are watched for is nobody's business who may call the app.
    sensitive_word_avoidance: {
      enabled: sensitiveWordAvoidance.enabled,
      type: sensitiveWordAvoidance.type,
      configs: [],
    },
    user_input_form: file.startVariables.map(toControl),
    file_upload: toFileUpload(features.fileUpload),
    system_parameters: {
      file_size_limit: megabytes(uploads.documentBytes),
      image_file_size_limit: megabytes(uploads.imageBytes),
      audio_file_size_limit: megabytes(uploads.audioBytes),
      video_file_size_limit: megabytes(uploads.videoBytes),
      workflow_file_upload_limit: uploads.perMessage,
    },
  }
}

const toFileUpload = (upload: Features['fileUpload']): ValueObject => ({
  enabled: upload.enabled,
  number_limits: upload.limit,
  allowed_file_types: upload.allowedTypes,
  allowed_file_extensions: upload.allowedExtensions,
  allowed_file_upload_methods: upload.allowedMethods,
  image: {
    enabled: upload.image.enabled,
    number_limits: upload.image.limit,
    detail: upload.image.detail,
    transfer_methods: upload.image.methods,
  },
})

/** One key: the kind of the control. */
const toControl = (variable: StartVariable): ValueObject => ({
  [variable.type]: {
    label: variable.label,
    variable: variable.name,
    type: variable.type,
    required: variable.required,
    ...(presetOf(variable) !== undefined && { default: presetOf(variable) as Value }),
    description: variable.description,
    hide: variable.hide,
    max_length: variable.maxLength ?? null,
    options: variable.options,
    allowed_file_types: variable.allowedFileTypes,
    allowed_file_extensions: variable.allowedFileExtensions,
    allowed_file_upload_methods: variable.allowedFileUploadMethods,
    json_schema: variable.jsonSchema ?? null,
    ...(variable.type === 'external_data_tool' && { config: {} }),
  },
})

/** Null is as good as absent. */
const presetOf = ({ default: preset }: StartVariable): Value | undefined => preset ?? undefined

/** Whole ones; a limit below one is shown as one rather than as none. */
const megabytes = (bytes: number): number => Math.max(1, Math.floor(bytes / (1024 * 1024)))
