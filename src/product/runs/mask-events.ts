// Secrets of an app stay out of what its runs show and write down: the traces of its nodes. What the run itself gives (its outputs,
// its text) is the author's choice and stays as it is.

import { createTextMask } from '../../base/text-mask.ts'
import { isList, isObject, objectFrom, type Value, type ValueObject } from '../../base/value.ts'
import type { FlowEvent, NodeFailure } from '../../flow/events.ts'
import type { AppFile } from '../apps/file/spec.ts'

type MaskEvent = (event: FlowEvent) => FlowEvent

/** Undefined when the app has no secrets, so that most runs pay nothing. */
export const createEventMask = (file: AppFile): MaskEvent | undefined => {
  const secrets = [...file.environment, ...file.conversation].flatMap(({ type, value }) =>
    type === 'secret' && typeof value === 'string' && value !== '' ? [value] : [],
  )
  if (secrets.length === 0) return undefined
  const text = createTextMask(secrets)
  const map = (values: ValueObject): ValueObject => maskValue(values, text) as ValueObject
  const failure = (given: NodeFailure): NodeFailure => ({ ...given, message: text(given.message) })
  return (event) => {
    switch (event.type) {
      case 'node-end':
        return {
          ...event,
          inputs: map(event.inputs),
          processData: map(event.processData),
          outputs: map(event.outputs),
          ...(event.failure && { failure: failure(event.failure) }),
        }
      case 'node-retry':
        return { ...event, inputs: map(event.inputs), failure: failure(event.failure) }
      case 'iteration-start':
      case 'loop-start':
        return { ...event, inputs: map(event.inputs) }
      case 'iteration-end':
      case 'loop-end':
        return {
          ...event,
          inputs: map(event.inputs),
          outputs: map(event.outputs),
          ...(event.failure && { failure: failure(event.failure) }),
        }
      case 'variable-update':
        return { ...event, value: maskValue(event.value, text) }
      case 'node-progress':
        return { ...event, data: map(event.data) }
      case 'run-end':
        return event.failure ? { ...event, failure: failure(event.failure) } : event
      default:
        return event
    }
  }
}

const maskValue = (value: Value, text: (text: string) => string): Value => {
  if (typeof value === 'string') return text(value)
  if (isList(value)) return value.map((item) => maskValue(item, text))
  if (!isObject(value)) return value
  return objectFrom(Object.entries(value).map(([key, item]) => [key, maskValue(item, text)]))
}

export async function* maskEvents(events: AsyncIterable<FlowEvent>, mask: MaskEvent): AsyncGenerator<FlowEvent, void> {
  for await (const event of events) yield mask(event)
}
