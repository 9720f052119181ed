import { describe, expect, it } from 'vitest'
import { compileBody, createNodeContext } from '../../test/support/node-context.ts'
import { parseJson } from '../base/json.ts'
import type { Value, ValueObject } from '../base/value.ts'
import { SandboxError } from '../sandbox/errors.ts'
import type { CodeRequest, CodeRunner } from '../sandbox/spec.ts'
import { code } from './code.ts'

/** A sandbox that returns this JSON text, or fails. */
const returning = (result: string | Error) => {
  const requests: CodeRequest[] = []
  const runner: CodeRunner = {
    async run(request) {
      requests.push(request)
      if (result instanceof Error) throw result
      return { resultJson: result, stdout: '', elapsedMs: 0 }
    },
    warm: async () => {},
    close: async () => {},
  }
  return { runner, requests }
}

const settings = (outputs: Record<string, unknown>, variables: unknown[] = []) => ({
  code_language: 'python3',
  code: 'def main(): ...',
  variables,
  outputs,
})

const run = async (outputs: Record<string, unknown>, result: string | Error): Promise<Value> => {
  const { context } = createNodeContext({ services: { code: returning(result).runner } })
  const outcome = await compileBody(code, settings(outputs)).run(context)
  return outcome.type === 'success' ? outcome.outputs : outcome.failure.type
}

describe('one declared output', () => {
  const BAD = 'OutputValidationError'
  const nested = (depth: number): string => (depth === 0 ? '1' : `{"k": ${nested(depth - 1)}}`)
  const rows: [string | Record<string, unknown>, string, string][] = [
    ['string', '"s"', '"s"'],
    ['string', '"a\\u0000b"', '"ab"'],
    ['string', '1', BAD],
    ['string', 'null', 'null'],
    ['string', `"${'x'.repeat(400_001)}"`, BAD],
    ['string', `"${'😀'.repeat(400_000)}"`, `"${'😀'.repeat(400_000)}"`],
    ['string', '"1e+5"', BAD],
    ['number', '"1.5e-3"', '0.0015'],
    ['number', '1.0', '1.0'],
    ['number', '9223372036854775807', '9223372036854775807'],
    ['number', '9223372036854775808', BAD],
    ['number', '1e-20', '1e-20'],
    ['number', '1e-25', BAD],
    ['number', 'true', '1'],
    ['number', '"1"', BAD],
    ['boolean', 'true', 'true'],
    ['boolean', '"s"', '"s"'],
    ['array[number]', '[true, 2.0]', '[1, 2.0]'],
    ['array[number]', '[null]', BAD],
    ['array[number]', `[${Array(1001).fill(1)}]`, BAD],
    ['array[string]', '["a", null]', '["a", null]'],
    ['array[string]', '[1]', BAD],
    ['array[string]', `[${Array(31).fill('""')}]`, BAD],
    ['array[boolean]', '[true, null]', '[true, null]'],
    ['array[boolean]', '[1]', BAD],
    ['array[object]', '[{"a": 1}, null]', '[{"a": 1}, null]'],
    ['array[object]', '["a"]', BAD],
    ['array[object]', `[${Array(31).fill('{}')}]`, BAD],
    ['object', '{"l": [null, 1]}', '{"l": [null, 1]}'],
    ['object', '{"l": [1, "a"]}', BAD],
    ['object', '{"l": [1, true]}', '{"l": [1, true]}'],
    ['object', '{"l": [[1], ["a"]]}', '{"l": [[1], ["a"]]}'],
    ['object', '[]', BAD],
    ['object', nested(4), nested(4)],
    ['object', nested(5), 'DepthLimitError'],
    [{ type: 'object', children: { a: { type: 'number' } } }, '{"a": true}', '{"a": 1}'],
    [{ type: 'object', children: { a: { type: 'number' } } }, '{"a": "x"}', BAD],
    [{ type: 'object', children: { a: { type: 'number' } } }, '{}', BAD],
    [{ type: 'object', children: { a: { type: 'number' } } }, '{"a": 1, "b": 2}', 'CodeNodeError'],
  ]
  it.each(rows.map(([type, given, expected]) => [JSON.stringify(type), given.slice(0, 60), type, given, expected]))(
    '%s takes %s',
    async (_type, _given, declaration, given, expected) => {
      const declared = typeof declaration === 'string' ? { type: declaration, children: null } : declaration
      const result = await run({ r: declared }, `{"r": ${given}}`)
      expect(result).toEqual(/^[A-Z]/.test(String(expected)) ? expected : { r: parseJson(String(expected)) })
    },
  )
})

it('wants exactly the declared outputs', async () => {
  expect(await run({ a: { type: 'number' }, b: { type: 'number' } }, '{"a": 1}')).toBe('OutputValidationError')
  expect(await run({ a: { type: 'number' } }, '{"a": 1, "b": 2}')).toBe('CodeNodeError')
  expect(await run({}, '{}')).toEqual({})
  expect(await run({ __proto__x: { type: 'string' } }, '{"constructor": 1}')).toBe('OutputValidationError')
})

it('fails by the name the app format has for scripts', async () => {
  const broken = new SandboxError('sandbox/script-error', { details: { message: 'boom' } })
  for (const result of [
    broken,
    '[1]',
    'no json',
    new SandboxError('sandbox/time-limit', { details: { limitMs: 1 } }),
  ]) {
    expect(await run({}, result)).toBe('CodeExecutionError')
  }
  await expect(run({}, new DOMException('stop', 'AbortError'))).rejects.toThrow('stop')
})

it('hands variables over without loss', async () => {
  const { runner, requests } = returning('{}')
  const v: ValueObject = { n: parseJson('1.0'), big: 2n ** 70n, none: null, files: [] }
  const { context } = createNodeContext({
    pool: { v },
    types: { 'v.files': 'array[file]' },
    services: { code: runner },
  })
  const variables = ['n', 'big', 'none', 'files', 'missing'].map((name) => ({
    variable: name,
    value_selector: ['v', name],
  }))
  await compileBody(code, settings({}, variables)).run(context)
  expect(requests[0]?.inputsJson).toBe('{"n":1.0,"big":1180591620717411303424,"none":null,"files":null,"missing":null}')
})
