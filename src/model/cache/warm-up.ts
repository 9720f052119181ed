// Answers handed over in a file, one JSON object a line: what is asked a hundred times a day need not be asked once more after
// a start.
//
//   {"scope":"tenant_…","target":"openai/gpt-5","request":{"messages":[…]},"answer":"…"}

import { z } from 'zod'
import { messageOf } from '../../base/errors.ts'
import type { ChatRequest, ChatStreamPart } from '../spec.ts'
import { mayKeep, whyNotAsked } from './cacheable.ts'
import type { CacheMode, CacheQuestion } from './spec.ts'

export interface WarmAnswer {
  readonly question: CacheQuestion
  readonly parts: readonly ChatStreamPart[]
}

export interface WarmUpProblem {
  /** From 1. */
  readonly line: number
  readonly reason: string
}

/** Requests as the model's contract writes them; what a request may hold is its drivers' business, not that of this file. */
const warmLine = z.strictObject({
  scope: z.string().min(1),
  target: z.string().min(1),
  variant: z.string().default(''),
  request: z.looseObject({ messages: z.array(z.looseObject({ role: z.string() })).min(1) }),
  answer: z.union([z.string().min(1), z.array(z.looseObject({ type: z.string() })).min(1)]),
})

/** Answers of the lines; those that cannot be kept are reported and left out. Empty lines are skipped. */
export async function* readWarmUp(
  lines: AsyncIterable<string> | Iterable<string>,
  { semantic, report }: { semantic: CacheMode['semantic']; report: (problem: WarmUpProblem) => void },
): AsyncGenerator<WarmAnswer, undefined> {
  const mode: CacheMode = { read: true, write: true, ...(semantic && { semantic }) }
  let line = 0
  for await (const text of lines) {
    line++
    if (text.trim() === '') continue
    const read = readLine(text)
    if (typeof read === 'string') report({ line, reason: read })
    else yield { question: { ...read.question, mode }, parts: read.parts }
  }
}

const readLine = (
  text: string,
): (Omit<WarmAnswer, 'question'> & { question: Omit<CacheQuestion, 'mode'> }) | string => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return messageOf(error)
  }
  const parsed = warmLine.safeParse(value)
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  const { scope, target, variant, answer } = parsed.data
  // Of the file's own making: who writes it writes what a caller would have sent.
  const request = parsed.data.request as unknown as ChatRequest
  const why = whyNotAsked(request)
  if (why) return `answers to requests with ${why} are not kept`
  const parts = typeof answer === 'string' ? inOnePiece(answer) : (answer as unknown as readonly ChatStreamPart[])
  if (!mayKeep(parts)) return 'the answer is not complete: its last part must be a finish with the reason stop'
  return { question: { scope, target, variant, request }, parts }
}

/** Nobody counted the tokens of a text. */
const inOnePiece = (text: string): readonly ChatStreamPart[] => [
  { type: 'text-delta', text },
  {
    type: 'finish',
    reason: 'stop',
    usage: { promptTokens: 0, completionTokens: 0, totalTokens: 0, estimated: true },
  },
]
