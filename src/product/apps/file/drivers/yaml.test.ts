// What the reader takes for granted in the YAML package.

import { expect, it } from 'vitest'
import { Composer, Parser } from 'yaml'
import { readYaml } from './yaml.ts'

it('the composer reports every error through its field onError', () => {
  const composer = new Composer()
  const errors: unknown[] = []
  expect(Object.hasOwn(composer, 'onError')).toBe(true)
  Object.assign(composer, { onError: (...error: unknown[]) => errors.push(error) })
  const [document] = [...composer.compose(new Parser().parse('"a" b\n"c" d'))]
  expect(errors.length).toBeGreaterThan(0)
  expect(document?.errors).toEqual([])
})

it('the work on hostile text is bounded', () => {
  const code = (text: string): string => {
    const result = readYaml(text)
    return result.ok ? 'read' : (result.issues[0]?.code ?? '')
  }
  expect(code('"'.repeat(3_000_000))).toBe('app/too-many-values')
  expect(code('- a\n'.repeat(1_000_000))).toBe('app/too-many-values')
  expect(code('*a\n'.repeat(300_000))).toBe('app/yaml-syntax')
  expect(code('---\n'.repeat(300_000))).toBe('app/yaml-syntax')
  expect(code('? '.repeat(300_000))).toBe('app/too-deep')
})
