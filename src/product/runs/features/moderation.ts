// Keyword moderation: what an app refuses to hear or to say.
//
// The whole input is judged before a run, the output while it streams. Thinking is judged like text, apart from it.
//
// M1  No text that is yielded contains a keyword, neither in one event nor over several, wherever the model's pieces end.
// M2  At the first hit the run is stopped, the preset reply takes the place of the answer, and nothing is said after it.
// M3  Without a hit the text is unchanged and in order; other events pass at once, except the end, which waits for the text.

import { isNumber } from '../../../base/number.ts'
import { toPythonText } from '../../../base/python.ts'
import { isList, isObject, type Value, type ValueObject } from '../../../base/value.ts'
import { FileValue } from '../../../flow/file.ts'
import { createWordMatcher, type WordMatcher } from '../../../model/stage/word-matcher.ts'
import { type ModerationSettings, readModerationWish } from '../../apps/moderation-settings.ts'
import { RunError } from '../errors.ts'
import type { ExecutionEvent, FlowEnd } from '../events.ts'
import { TextLane } from './text-lane.ts'

export interface Moderation extends Pick<ModerationSettings, 'inputReply' | 'outputReply'> {
  readonly keywords: WordMatcher
}

/** The moderation an app asks for; undefined when it asks for none.
 *  @param features as the file has them
 *  @throws RunError `run/moderation-unavailable`: an app whose wish cannot be met must not run unmoderated */
export const readModeration = (features: ValueObject): Moderation | undefined => {
  const wish = readModerationWish(features)
  switch (wish.type) {
    case 'none':
      return undefined
    case 'unavailable':
      throw new RunError('run/moderation-unavailable', { details: { reason: wish.reason } })
    case 'keywords': {
      const { keywords, inputReply, outputReply } = wish.settings
      return Object.freeze({ keywords: createWordMatcher(keywords), inputReply, outputReply })
    }
  }
}

/** The preset reply when a keyword stands in the query or in any input: texts, numbers, names of files, keys and values
 *  inside lists and objects. Undefined when the run may go on. */
export const moderateInput = (
  { keywords, inputReply }: Moderation,
  { inputs, query }: { readonly inputs: ValueObject; readonly query: string },
): string | undefined =>
  inputReply !== undefined && [query, ...textsIn(Object.values(inputs))].some((text) => keywords.find(text))
    ? inputReply
    : undefined

function* textsIn(values: readonly Value[]): Generator<string, void> {
  for (const value of values) {
    if (typeof value === 'string') yield value
    else if (isNumber(value)) yield toPythonText(value)
    else if (isList(value)) yield* textsIn(value)
    else if (value instanceof FileValue) yield value.fields.filename ?? ''
    else if (isObject(value)) {
      yield* Object.keys(value)
      yield* textsIn(Object.values(value))
    }
  }
}

/** @param stop ends the run that yields `events`; its own end is awaited, for what it used */
export async function* moderateOutput(
  events: AsyncIterable<ExecutionEvent>,
  moderation: Moderation,
  stop: (reason: string) => void,
): AsyncGenerator<ExecutionEvent, void> {
  const { keywords, outputReply } = moderation
  if (outputReply === undefined) {
    yield* events
    return
  }
  const lanes = { text: new TextLane(keywords.stream()), thinking: new TextLane(keywords.stream()) }
  let replaced = false
  for await (const event of events) {
    if (replaced) {
      if (event.type === 'run-end') yield replacedEnd(event, outputReply)
      else if (!SAYS_SOMETHING.has(event.type)) yield event
      continue
    }
    const shown = judge(event, lanes, (text) => keywords.find(text))
    if (shown !== undefined) {
      yield* shown
      continue
    }
    replaced = true
    yield { type: 'answer-replace', text: outputReply, reason: 'output_moderation' }
    if (event.type === 'run-end') yield replacedEnd(event, outputReply)
    else {
      if (!SAYS_SOMETHING.has(event.type)) yield event
      stop('output_moderation')
    }
  }
}

/** What is not passed on once the answer is replaced. */
const SAYS_SOMETHING: ReadonlySet<ExecutionEvent['type']> = new Set([
  'text-delta',
  'reasoning-delta',
  'agent-thought',
  'answer-replace',
  'speech-delta',
])

interface Lanes {
  readonly text: TextLane
  readonly thinking: TextLane
}

/** The events to show now; undefined at a hit. */
const judge = (
  event: ExecutionEvent,
  lanes: Lanes,
  find: (text: string) => boolean,
): readonly ExecutionEvent[] | undefined => {
  switch (event.type) {
    case 'text-delta':
      return lanes.text.push(event)
    case 'reasoning-delta': {
      const shown = lanes.thinking.push(event)
      const rest = event.final ? lanes.thinking.end() : []
      return shown && rest && [...shown, ...rest]
    }
    case 'agent-thought':
      return find(event.thought.thought) ? undefined : [event]
    case 'run-pause': {
      const thoughts = lanes.thinking.end()
      const texts = lanes.text.end()
      return thoughts && texts && [...thoughts, ...texts, event]
    }
    case 'run-end': {
      const thoughts = lanes.thinking.end()
      const texts = lanes.text.end()
      const { answer } = event.outputs
      if (!thoughts || !texts || (typeof answer === 'string' && find(answer))) return undefined
      return [...thoughts, ...texts, event]
    }
    default:
      return [event]
  }
}

const replacedEnd = ({ failure: _, ...end }: FlowEnd, reply: string): FlowEnd => ({
  ...end,
  status: 'succeeded',
  outputs: { ...end.outputs, answer: reply },
})
