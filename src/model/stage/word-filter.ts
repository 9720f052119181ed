// The answer of a model without listed words, part by part.
//
// F1  The texts that come out are those of the whole answer filtered at once, wherever the model's pieces end.
// F2  Held back is at most what begins a word; other parts wait behind it, thinking has a lane of its own.
// F3  Thinking that was changed loses its signature: vendors refuse signed thinking that is not their own.

import type { ChatStreamPart } from '../spec.ts'
import { type Masking, MaskingStream, maskJson } from './masking.ts'
import type { StageFilter } from './spec.ts'

export interface WordFilterOptions {
  readonly masking: Masking
  /** What becomes of the answer at the first word: undefined, it goes on without the word. What is returned is said instead of
   *  the rest; an error ends the call. */
  readonly refuse: (() => string) | undefined
}

export const createWordFilter = ({ masking, refuse }: WordFilterOptions): StageFilter => {
  const text = new MaskingStream(masking)
  let thinking = new MaskingStream(masking)
  /** Fragments of tool calls are said at once, when the whole call is known. */
  const indexes = new Map<string, number>()
  let waiting: ChatStreamPart[] = []
  let isTextHeld = false
  let isRefused = false

  const said = (type: 'text-delta' | 'reasoning-delta', piece: string): readonly ChatStreamPart[] =>
    piece === '' ? [] : [{ type, text: piece }]

  const behindText = (...parts: readonly ChatStreamPart[]): readonly ChatStreamPart[] => {
    if (!isTextHeld && waiting.length === 0) return parts
    waiting.push(...parts)
    return []
  }

  const callOf = (part: Extract<ChatStreamPart, { type: 'tool-call' }>): readonly ChatStreamPart[] => {
    const argumentsJson = maskJson(masking, part.call.argumentsJson)
    const changed = argumentsJson !== part.call.argumentsJson
    if (changed && refuse) return refused(refuse())
    const call = changed ? { ...part.call, argumentsJson } : part.call
    const index = indexes.get(part.call.id)
    return behindText(...(index === undefined ? [] : [{ type: 'tool-delta', index, argumentsJson } as const]), {
      type: 'tool-call',
      call,
    })
  }

  const refused = (instead: string): readonly ChatStreamPart[] => {
    isRefused = true
    waiting = []
    return said('text-delta', instead)
  }

  const filter = (part: ChatStreamPart): readonly ChatStreamPart[] => {
    switch (part.type) {
      case 'text-delta': {
        const piece = text.push(part.text)
        isTextHeld = true
        return said('text-delta', piece)
      }
      case 'reasoning-delta':
        return said('reasoning-delta', thinking.push(part.text))
      case 'reasoning-end': {
        const rest = said('reasoning-delta', thinking.end())
        const isChanged = thinking.hasFound
        thinking = new MaskingStream(masking)
        return isChanged ? rest : [...rest, part]
      }
      case 'tool-start':
        indexes.set(part.id, part.index)
        return behindText(part)
      case 'tool-delta':
        return []
      case 'tool-call':
        return callOf(part)
      case 'media':
        return behindText(part)
      case 'finish': {
        const rest = [...said('reasoning-delta', thinking.end()), ...said('text-delta', text.end()), ...waiting]
        waiting = []
        return [...rest, part]
      }
    }
  }

  return {
    push(part) {
      if (isRefused) return part.type === 'finish' ? [{ ...part, reason: 'content-filter' }] : []
      const parts = filter(part)
      if (isRefused || !refuse || !(text.hasFound || thinking.hasFound)) return parts
      const instead = refused(refuse())
      return part.type === 'finish' ? [...instead, { ...part, reason: 'content-filter' }] : instead
    },
  }
}
