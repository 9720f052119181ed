// A run that only says a given text: the reply of moderation, or the answer of an annotation.

import type { Clock } from '../../../base/seams.ts'
import type { ExecutionEvent } from '../events.ts'

/** The text, then the end. No node is run, no model is asked. */
export async function* presetAnswer(
  text: string,
  { clock }: { readonly clock: Clock },
): AsyncGenerator<ExecutionEvent, void> {
  if (text !== '') yield { type: 'text-delta', text, selector: [], responseId: 'answer', final: true, frame: {} }
  yield {
    type: 'run-end',
    status: 'succeeded',
    outputs: { answer: text },
    exceptions: 0,
    steps: 0,
    usage: { promptTokens: 0, completionTokens: 0, totalTokens: 0 },
    at: clock.now(),
    elapsedMs: 0,
    conversation: {},
  }
}
