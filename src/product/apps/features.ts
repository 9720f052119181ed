// The features of an app (`workflow.features`, or the same keys of `model_config`), read once and typed. What is absent or of a
// wrong type takes the format's default: a feature never makes an app unusable. Source of names and defaults: the app format.

import { isNumber, toNumber } from '../../base/number.ts'
import { isList, isObject, type Value, type ValueObject } from '../../base/value.ts'
import type { FileKind, TransferMethod } from '../../flow/file.ts'
import { toModelChoice } from './file/model-config.ts'
import { field } from './file/problems.ts'
import type { AppFile, ModelChoice } from './file/spec.ts'

/** Frozen to the bottom. */
export interface Features {
  /** Empty when there is none. May hold `{{name}}` of inputs. */
  readonly openingStatement: string
  readonly suggestedQuestions: readonly string[]
  readonly suggestedQuestionsAfterAnswer: {
    readonly enabled: boolean
    /** Newer files: the model that is asked, instead of the app's own. */
    readonly model?: ModelChoice
    /** Newer files: the instruction, instead of ours. */
    readonly prompt?: string
  }
  readonly speechToText: { readonly enabled: boolean }
  readonly textToSpeech: {
    readonly enabled: boolean
    /** Empty: the model's own. */
    readonly voice: string
    readonly language: string
    readonly autoPlay: 'enabled' | 'disabled'
  }
  readonly retrieverResource: { readonly enabled: boolean }
  readonly annotationReply: {
    readonly enabled: boolean
    /** Cosine similarity, 0 to 1. */
    readonly scoreThreshold?: number
    readonly embeddingModel?: { readonly provider: string; readonly name: string }
  }
  readonly moreLikeThis: { readonly enabled: boolean }
  /** `settings` is the whole block; `product/runs/features/moderation.ts` reads it. */
  readonly sensitiveWordAvoidance: { readonly enabled: boolean; readonly type: string; readonly settings: ValueObject }
  readonly fileUpload: FileUpload
}

/** Which files a message may bring. The legacy switch `image.enabled` is taken into account. */
export interface FileUpload {
  readonly enabled: boolean
  /** Empty: every kind. */
  readonly allowedTypes: readonly FileKind[]
  /** As written, normally with a dot. For files of the kind `custom`, and for any file where `custom` is allowed. */
  readonly allowedExtensions: readonly string[]
  /** Empty: both. */
  readonly allowedMethods: readonly UploadMethod[]
  /** Files of one message, 1 or more. Default 3. */
  readonly limit: number
  /** How closely models look at images. Default `high`. */
  readonly detail: 'low' | 'high'
  /** What becomes of files while uploads are off: chats leave them out, workflows take them unchecked. */
  readonly whenOff: 'leave-out' | 'take'
  /** The legacy block. */
  readonly image: {
    readonly enabled: boolean
    readonly limit: number
    readonly detail: 'low' | 'high'
    readonly methods: readonly UploadMethod[]
  }
}

export type UploadMethod = Extract<TransferMethod, 'remote_url' | 'local_file'>

const KINDS = ['image', 'document', 'audio', 'video', 'custom'] as const satisfies readonly FileKind[]
const METHODS: readonly UploadMethod[] = Object.freeze(['remote_url', 'local_file'] as const)
const DEFAULT_LIMIT = 3

export const readFeatures = ({ features, mode }: Pick<AppFile, 'features' | 'mode'>): Features => {
  const block = (key: string): ValueObject => mapOf(field(features, key))
  const toggle = (key: string) => Object.freeze({ enabled: isOn(block(key)) })
  const speech = block('text_to_speech')
  const words = block('sensitive_word_avoidance')
  return Object.freeze({
    openingStatement: textOf(field(features, 'opening_statement')),
    suggestedQuestions: texts(field(features, 'suggested_questions')),
    suggestedQuestionsAfterAnswer: readFollowUps(block('suggested_questions_after_answer')),
    speechToText: toggle('speech_to_text'),
    textToSpeech: Object.freeze({
      enabled: isOn(speech),
      voice: textOf(field(speech, 'voice')),
      language: textOf(field(speech, 'language')),
      autoPlay: field(speech, 'autoPlay') === 'enabled' ? 'enabled' : 'disabled',
    }),
    retrieverResource: toggle('retriever_resource'),
    annotationReply: readAnnotationReply(block('annotation_reply')),
    moreLikeThis: toggle('more_like_this'),
    sensitiveWordAvoidance: Object.freeze({
      enabled: isOn(words),
      type: textOf(field(words, 'type')),
      settings: words,
    }),
    fileUpload: readFileUpload(block('file_upload'), mode === 'workflow' ? 'take' : 'leave-out'),
  })
}

const readFollowUps = (block: ValueObject): Features['suggestedQuestionsAfterAnswer'] => {
  const model = toModelChoice(mapOf(field(block, 'model')))
  const prompt = textOf(field(block, 'prompt')).trim()
  return Object.freeze({
    enabled: isOn(block),
    ...(model.name !== '' && { model }),
    ...(prompt !== '' && { prompt }),
  })
}

const readAnnotationReply = (block: ValueObject): Features['annotationReply'] => {
  const threshold = field(block, 'score_threshold')
  const model = mapOf(field(block, 'embedding_model'))
  const provider = textOf(field(model, 'embedding_provider_name'))
  const name = textOf(field(model, 'embedding_model_name'))
  return Object.freeze({
    enabled: isOn(block),
    ...(isNumber(threshold) && { scoreThreshold: Math.min(1, Math.max(0, toNumber(threshold))) }),
    ...(name !== '' && { embeddingModel: Object.freeze({ provider, name }) }),
  })
}

const readFileUpload = (block: ValueObject, whenOff: FileUpload['whenOff']): FileUpload => {
  const legacy = mapOf(field(block, 'image'))
  const detail = field(legacy, 'detail') === 'low' ? 'low' : 'high'
  const image = Object.freeze({
    enabled: isOn(legacy),
    limit: limitOf(field(legacy, 'number_limits')),
    detail,
    methods: known(field(legacy, 'transfer_methods'), METHODS) ?? METHODS,
  } as const)
  const types = known(field(block, 'allowed_file_types'), KINDS)
  return Object.freeze({
    enabled: image.enabled || isOn(block),
    allowedTypes: types ?? (image.enabled ? Object.freeze(['image'] as const) : NONE),
    allowedExtensions: texts(field(block, 'allowed_file_extensions')),
    allowedMethods: image.enabled
      ? image.methods
      : (known(field(block, 'allowed_file_upload_methods'), METHODS) ?? NONE),
    limit: image.enabled ? image.limit : limitOf(field(block, 'number_limits')),
    detail,
    whenOff,
    image,
  })
}

const NONE: readonly never[] = Object.freeze([])
const NO_BLOCK: ValueObject = Object.freeze({})

const mapOf = (value: Value | undefined): ValueObject => (isObject(value) ? value : NO_BLOCK)
const isOn = (block: ValueObject): boolean => field(block, 'enabled') === true
const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '')

const texts = (value: Value | undefined): readonly string[] =>
  isList(value)
    ? Object.freeze(value.filter((item): item is string => typeof item === 'string' && item.trim() !== ''))
    : NONE

const limitOf = (value: Value | undefined): number => {
  const limit = isNumber(value) ? Math.trunc(toNumber(value)) : DEFAULT_LIMIT
  return limit >= 1 ? limit : DEFAULT_LIMIT
}

/** The known words of a list, once each; undefined when it is absent or holds none. */
const known = <Word extends string>(value: Value | undefined, words: readonly Word[]): readonly Word[] | undefined => {
  const given = isList(value) ? value : NONE
  const found = words.filter((word) => given.some((item) => typeof item === 'string' && item.toLowerCase() === word))
  return found.length > 0 ? Object.freeze(found) : undefined
}
