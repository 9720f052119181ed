import { expect, test } from 'vitest'
import { defineTool } from './define.ts'
import { createToolDirectory } from './directory.ts'

const tool = (provider: string, name: string) =>
  defineTool({ provider, name, description: '', parameters: [] }, function* () {})

const tools = [tool('time', 'now'), tool('jina', 'read'), tool('acme/search/web', 'find')]
const directory = createToolDirectory(tools)

test.each([
  ['time', 'now', 0],
  ['langgenius/time/time', 'now', 0],
  ['jina', 'read', 1],
  ['langgenius/jina_tool/jina', 'read', 1],
  ['acme/search/web', 'find', 2],
])('%s %s is found', (provider, name, index) => {
  expect(directory.find(provider, name)).toBe(tools[index])
})

test.each([
  ['time', 'then'],
  ['acme/time/time', 'now'],
  ['langgenius/jina/jina', 'read'],
  ['search', 'find'],
  ['web', 'find'],
  ['time\nnow', ''],
  ['constructor', 'now'],
  ['', ''],
])('%j %j is not', (provider, name) => {
  expect(directory.find(provider, name)).toBeUndefined()
})

test('lists all and refuses two of one name', () => {
  expect(directory.list()).toEqual(tools)
  expect(() => createToolDirectory([tool('time', 'now'), tool('langgenius/time/time', 'now')])).toThrow(
    expect.objectContaining({ code: 'tool/duplicate' }),
  )
})
