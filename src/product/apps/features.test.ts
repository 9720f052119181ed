// How the features block is read: defaults, legacy forms, and what is of a wrong type.

import { describe, expect, test } from 'vitest'
import { float } from '../../base/number.ts'
import type { ValueObject } from '../../base/value.ts'
import { readFeatures } from './features.ts'
import type { AppMode } from './file/spec.ts'

const read = (features: ValueObject, mode: AppMode = 'chat') => readFeatures({ features, mode })

const NOTHING = {
  openingStatement: '',
  suggestedQuestions: [],
  suggestedQuestionsAfterAnswer: { enabled: false },
  speechToText: { enabled: false },
  textToSpeech: { enabled: false, voice: '', language: '', autoPlay: 'disabled' },
  retrieverResource: { enabled: false },
  annotationReply: { enabled: false },
  moreLikeThis: { enabled: false },
  sensitiveWordAvoidance: { enabled: false, type: '', settings: {} },
  fileUpload: {
    enabled: false,
    allowedTypes: [],
    allowedExtensions: [],
    allowedMethods: [],
    limit: 3,
    detail: 'high',
    whenOff: 'leave-out',
    image: { enabled: false, limit: 3, detail: 'high', methods: ['remote_url', 'local_file'] },
  },
}

test('nothing configured', () => {
  expect(read({})).toEqual(NOTHING)
})

test('what is of a wrong type is read as its default', () => {
  const keys = [
    'opening_statement',
    'suggested_questions',
    'suggested_questions_after_answer',
    'speech_to_text',
    'text_to_speech',
    'retriever_resource',
    'annotation_reply',
    'more_like_this',
    'sensitive_word_avoidance',
    'file_upload',
  ]
  for (const wrong of [null, true, 7, { enabled: 'yes', image: [], voice: 3, model: 'x' }, [1, null, {}]]) {
    const features = readFeatures({ features: Object.fromEntries(keys.map((key) => [key, wrong])), mode: 'chat' })
    const { sensitiveWordAvoidance, ...others } = features
    const { sensitiveWordAvoidance: _, ...expected } = NOTHING
    expect(others).toEqual(expected)
    expect(sensitiveWordAvoidance.enabled).toBe(false)
  }
})

test('everything configured', () => {
  const words = { enabled: true, type: 'keywords', config: { keywords: 'a' } }
  const features = read({
    opening_statement: 'Hi {{name}}',
    suggested_questions: ['One?', ' ', 'Two?', 3],
    suggested_questions_after_answer: {
      enabled: true,
      model: { provider: 'openai', name: 'gpt-4o-mini', mode: 'chat', completion_params: { temperature: 0.5 } },
      prompt: 'Ask in verse.',
    },
    speech_to_text: { enabled: true },
    text_to_speech: { enabled: true, voice: 'alloy', language: 'en-US', autoPlay: 'enabled' },
    retriever_resource: { enabled: true },
    annotation_reply: {
      enabled: true,
      score_threshold: 0.9,
      embedding_model: { embedding_provider_name: 'openai', embedding_model_name: 'text-embedding-3-small' },
    },
    more_like_this: { enabled: true },
    sensitive_word_avoidance: words,
    file_upload: {},
  })
  expect(features).toEqual({
    ...NOTHING,
    openingStatement: 'Hi {{name}}',
    suggestedQuestions: ['One?', 'Two?'],
    suggestedQuestionsAfterAnswer: {
      enabled: true,
      model: { provider: 'openai', name: 'gpt-4o-mini', mode: 'chat', parameters: { temperature: 0.5 }, stop: [] },
      prompt: 'Ask in verse.',
    },
    speechToText: { enabled: true },
    textToSpeech: { enabled: true, voice: 'alloy', language: 'en-US', autoPlay: 'enabled' },
    retrieverResource: { enabled: true },
    annotationReply: {
      enabled: true,
      scoreThreshold: 0.9,
      embeddingModel: { provider: 'openai', name: 'text-embedding-3-small' },
    },
    moreLikeThis: { enabled: true },
    sensitiveWordAvoidance: { enabled: true, type: 'keywords', settings: words },
  })
})

describe('file upload', () => {
  const check = (name: string, block: ValueObject, expected: object) =>
    test(name, () => expect(read({ file_upload: block }).fileUpload).toMatchObject(expected))

  check(
    'the block as the editor writes it',
    {
      enabled: true,
      allowed_file_types: ['document', 'custom', 'tape'],
      allowed_file_extensions: ['.XYZ', ''],
      allowed_file_upload_methods: ['local_file'],
      number_limits: 5,
      image: { enabled: false, number_limits: 2, transfer_methods: ['remote_url'], detail: 'low' },
    },
    {
      enabled: true,
      allowedTypes: ['document', 'custom'],
      allowedExtensions: ['.XYZ'],
      allowedMethods: ['local_file'],
      limit: 5,
      detail: 'low',
    },
  )
  check(
    'the oldest form: images alone',
    { image: { enabled: true, number_limits: 2, transfer_methods: ['remote_url'] } },
    {
      enabled: true,
      allowedTypes: ['image'],
      allowedExtensions: [],
      allowedMethods: ['remote_url'],
      limit: 2,
      detail: 'high',
    },
  )
  check(
    'the legacy switch keeps types and extensions, and brings its own number and ways',
    {
      enabled: false,
      allowed_file_types: ['audio'],
      allowed_file_extensions: ['.WAV'],
      allowed_file_upload_methods: ['local_file'],
      number_limits: 9,
      image: { enabled: true },
    },
    {
      enabled: true,
      allowedTypes: ['audio'],
      allowedExtensions: ['.WAV'],
      allowedMethods: ['remote_url', 'local_file'],
      limit: 3,
    },
  )
  check('a number that is no count', { enabled: true, number_limits: 0 }, { limit: 3 })
  check('a float count', { enabled: true, number_limits: float(4) }, { limit: 4 })

  test('workflows take files while uploads are off', () => {
    expect(read({}, 'workflow').fileUpload.whenOff).toBe('take')
    expect(read({}, 'advanced-chat').fileUpload.whenOff).toBe('leave-out')
  })
})

test('frozen to the bottom', () => {
  const thawed = (value: unknown, path: string): string[] =>
    typeof value !== 'object' || value === null
      ? []
      : [
          ...(Object.isFrozen(value) ? [] : [path]),
          ...Object.entries(value).flatMap(([key, part]) => thawed(part, `${path}.${key}`)),
        ]
  const { sensitiveWordAvoidance: _, ...features } = read({
    suggested_questions: ['a'],
    suggested_questions_after_answer: { model: { name: 'm', completion_params: {} } },
    file_upload: { image: { enabled: true }, allowed_file_types: ['image'] },
  })
  expect(Object.entries(features).flatMap(([key, part]) => thawed(part, key))).toEqual([])
})
