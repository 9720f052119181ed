// Whether a frame of a protocol's stream is the beginning of an answer: before it another target may still answer.

import type { Protocol } from '../../spec.ts'
import { listAt, numberAt, objectAt, textAt } from '../http/reading.ts'

const CONTENT: Readonly<Record<Protocol, (frame: unknown) => boolean>> = {
  'openai-chat': (frame) => {
    for (const choice of listAt(frame, 'choices')) {
      const delta = objectAt(choice, 'delta')
      const said = textAt(delta, 'content') ?? textAt(delta, 'reasoning_content') ?? textAt(delta, 'refusal')
      if (said || listAt(delta, 'tool_calls').length > 0 || textAt(choice, 'finish_reason')) return true
    }
    return false
  },
  'openai-responses': (frame) => {
    const type = textAt(frame, 'type') ?? ''
    return type.endsWith('.delta') || type.endsWith('.completed') || type.endsWith('.incomplete')
  },
  anthropic: (frame) => /^(?:content_block_delta|message_delta|message_stop)$/.test(textAt(frame, 'type') ?? ''),
  gemini: (frame) =>
    listAt(frame, 'candidates').some(
      (candidate) => listAt(objectAt(candidate, 'content'), 'parts').length > 0 || textAt(candidate, 'finishReason'),
    ) || numberAt(objectAt(frame, 'promptFeedback'), 'blockReason') !== undefined,
}

export const isContent = (protocol: Protocol, frame: unknown): boolean => CONTENT[protocol](frame)
