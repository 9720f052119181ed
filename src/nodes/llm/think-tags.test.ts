import { expect, test } from 'vitest'
import { ThinkFilter, withoutThinking } from './think-tags.ts'

const check = (source: string, text: string, reasoning: string) => {
  test(JSON.stringify(source.slice(0, 60)), () => {
    for (const size of [1, 3, 7, source.length + 1]) {
      const filter = new ThinkFilter()
      let shown = ''
      let thought = ''
      const take = (piece: { visible: string; thought: string }) => {
        shown += piece.visible
        thought += piece.thought
      }
      for (let at = 0; at < source.length; at += size) take(filter.push(source.slice(at, at + size)))
      take(filter.end())
      expect(filter.text).toBe(text)
      expect(filter.reasoning).toBe(reasoning)
      expect(shown.trimEnd().replace(/\n\s*\n/g, '\n\n')).toBe(text)
      expect(thought.length).toBeGreaterThanOrEqual(reasoning.replace(/\n/g, '').length)
    }
  })
}

check('plain', 'plain', '')
check('<think>plan 1</think>\n\necho', 'echo', 'plan 1')
check('<THINK>a</Think>b', 'b', 'a')
check('<think type="deep" n=1>a\nb</think>c', 'c', 'a\nb')
check('a<think>1</think>b<think>2</think>c', 'abc', '1\n2')
check('a\n\n<think>x</think>\n\n\nb', 'a\n\nb', 'x')
check('seen <think>open to the end', 'seen', 'open to the end')
check('1 < 2 and a<b', '1 < 2 and a<b', '')
check('<thinking>no</thinking>', '<thinking>no</thinking>', '')
check('<thin', '<thin', '')
check('</think>stray', '</think>stray', '')
check('<think>a < b </thin </think>c', 'c', 'a < b </thin')
check(`<think ${'x'.repeat(600)}>a`, `<think ${'x'.repeat(600)}>a`, '')

test('shows text as soon as it cannot be a tag', () => {
  const filter = new ThinkFilter()
  expect(filter.push('a<').visible).toBe('a')
  expect(filter.push('b').visible).toBe('<b')
  expect(filter.push('<th').visible).toBe('')
  expect(filter.push('ink>x').visible).toBe('')
  expect(filter.push('</think>y').visible).toBe('y')
})

test('a whole text', () => expect(withoutThinking('<think>{"a":1}</think> {"b":2}')).toBe('{"b":2}'))
