// What an app asks of moderation (`sensitive_word_avoidance`), read and judged. Source of the settings: the app format.

import { isObject, type Value, type ValueObject } from '../../base/value.ts'
import { field } from './file/problems.ts'

export interface ModerationSettings {
  /** Not empty, as written. */
  readonly keywords: readonly string[]
  /** The reply given in place of the run; undefined when inputs are not judged. */
  readonly inputReply: string | undefined
  /** The reply given in place of the answer; undefined when outputs are not judged. */
  readonly outputReply: string | undefined
}

/** `unavailable`: the app asks for what cannot be done here, and must not run unmoderated. */
export type ModerationWish =
  | { readonly type: 'none' }
  | { readonly type: 'keywords'; readonly settings: ModerationSettings }
  | { readonly type: 'unavailable'; readonly reason: string }

/** Characters of all keywords. Ten times the editor's limit: files written by hand are taken, hostile ones are not. */
const MAX_KEYWORDS_LENGTH = 100_000

/** @param features as the file has them */
export const readModerationWish = (features: ValueObject): ModerationWish => {
  const block = mapOf(field(features, 'sensitive_word_avoidance'))
  if (field(block, 'enabled') !== true) return { type: 'none' }
  const type = field(block, 'type')
  if (type !== 'keywords') {
    const given = typeof type === 'string' && type !== '' ? `of the type ${type.slice(0, 80)}` : 'of no type'
    return unavailable(`it is ${given}, and only keywords can be checked`)
  }
  const config = field(block, 'config')
  if (!isObject(config)) return unavailable('its settings are missing')
  const inputReply = replyOf(field(config, 'inputs_config'))
  const outputReply = replyOf(field(config, 'outputs_config'))
  if (inputReply === undefined && outputReply === undefined) return { type: 'none' }
  const text = field(config, 'keywords')
  if (typeof text !== 'string') return unavailable('its keywords are missing')
  if (text.length > MAX_KEYWORDS_LENGTH) {
    return unavailable(`its keywords are longer than ${MAX_KEYWORDS_LENGTH} characters`)
  }
  const keywords = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '')
  return { type: 'keywords', settings: { keywords, inputReply, outputReply } }
}

const unavailable = (reason: string): ModerationWish => ({ type: 'unavailable', reason })

const replyOf = (side: Value | undefined): string | undefined => {
  const block = mapOf(side)
  if (field(block, 'enabled') !== true) return undefined
  const reply = field(block, 'preset_response')
  return typeof reply === 'string' ? reply : ''
}

const mapOf = (value: Value | undefined): ValueObject => (isObject(value) ? value : {})
