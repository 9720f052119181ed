import { describe, expect, test } from 'vitest'
import { answerTokens, memoryBudget, recallMessages, recallText } from './memory.ts'
import type { ChatMessage } from './spec.ts'

const turns = (count: number): ChatMessage[] =>
  Array.from({ length: count }, (_, i): ChatMessage[] => [
    { role: 'user', content: `question ${i}` },
    { role: 'assistant', content: `answer ${i}` },
  ]).flat()

describe('what is recalled', () => {
  const check = (
    name: string,
    history: ChatMessage[],
    window: { turns: number | undefined; budget: number },
    expected: string[],
  ) => test(name, () => expect(recallMessages(history, window).map((message) => message.content)).toEqual(expected))
  check('nothing', [], { turns: 3, budget: 100 }, [])
  check('all', turns(1), { turns: undefined, budget: 100 }, ['question 0', 'answer 0'])
  check('the last turns', turns(3), { turns: 2, budget: 100 }, ['question 1', 'answer 1', 'question 2', 'answer 2'])
  check('what the budget allows', turns(3), { turns: undefined, budget: 6 }, ['question 2', 'answer 2'])
  check('one at least', turns(3), { turns: undefined, budget: 0 }, ['answer 2'])
})

test('500 turns are the most', () => {
  expect(recallMessages(turns(600), { turns: undefined, budget: 1e9 })).toHaveLength(1000)
})

test('the budget', () => {
  expect(memoryBudget({}, 100)).toBe(2000)
  expect(memoryBudget({ contextTokens: 8000 }, 1000)).toBe(7000)
})

test('as text', () => {
  expect(recallText(turns(1), { user: 'H', assistant: 'A' })).toBe('H: question 0\nA: answer 0')
})

test('the room kept for the answer', () => {
  expect(answerTokens({})).toBe(0)
  expect(answerTokens({ max_tokens: 512, max_completion_tokens: 9 })).toBe(512)
  expect(answerTokens({ max_completion_tokens: 9 })).toBe(9)
  expect(answerTokens({ max_tokens: 'many' })).toBe(0)
  expect(answerTokens({ max_tokens: -1 })).toBe(0)
})
