// The round trip of secrets: what leaves without them comes back to the same stored text, whatever else was edited.

import { describe, expect, it } from 'vitest'
import { readSampleApp, sampleApps } from '../../../test/support/sample-apps.ts'
import { createSealer } from '../../base/seal.ts'
import type { Value, ValueObject } from '../../base/value.ts'
import { systemCaller } from '../caller.ts'
import { readAppFile, readContent } from './file/parse.ts'
import { keepSecrets } from './file/secret-values.ts'
import type { AppFile } from './file/spec.ts'
import { writeAppFile } from './file/write.ts'
import { fromStoredText, toStoredText } from './secrets.ts'

const caller = systemCaller()
const sealer = createSealer(new Uint8Array(32).fill(9))

const ok = <T>(result: { ok: true; value: T } | { ok: false; issues: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.value
}

/** As a draft is saved over what is stored. */
const save = (text: string, stored: string): string => {
  const earlier = ok(fromStoredText(stored, sealer, caller)).document
  const file = ok(readAppFile(keepSecrets(ok(readContent(text)), earlier)))
  return toStoredText(file, sealer, caller, stored)
}

const withSecrets = (document: ValueObject): AppFile => {
  const workflow = document.workflow as ValueObject
  const secret = (id: string, value: string) => ({
    id,
    name: `key_${id}`,
    value_type: 'secret',
    value,
    description: '',
  })
  const given = (workflow.environment_variables ?? []) as readonly Value[]
  const environment_variables = [secret('1', 'first'), ...given, secret('2', 'first'), secret('3', '')]
  return ok(readAppFile({ ...document, workflow: { ...workflow, environment_variables } }))
}

describe('a stored file', () => {
  it.each(sampleApps.filter(({ mode }) => mode === 'workflow' || mode === 'advanced-chat').map(({ file }) => file))(
    '%s comes back from its export unchanged, byte for byte',
    (name) => {
      const file = withSecrets(ok(readContent(readSampleApp(name))) as ValueObject)
      const stored = toStoredText(file, sealer, caller)
      expect(stored).not.toMatch(/value: first$/m)
      const shown = writeAppFile(ok(fromStoredText(stored, sealer, caller)))
      expect(shown).not.toMatch(/value: first$/m)
      expect(save(shown, stored)).toBe(stored)
      const open = ok(fromStoredText(save(shown, stored), sealer, caller))
      const values = open.environment.filter(({ type }) => type === 'secret').map(({ name, value }) => [name, value])
      expect(values).toEqual(expect.arrayContaining([['key_1', 'first'], ['key_2', 'first'], ['key_3', '']])) // biome-ignore format: one row
    },
  )
})

describe('a secret variable', () => {
  const file = (variables: readonly object[], list = 'environment_variables') => ({
    app: { name: 'a', mode: 'workflow' },
    workflow: { [list]: variables, graph: { nodes: [{ id: 's', data: { type: 'start' } }], edges: [] } },
  })
  const secret = (fields: object) => ({ id: 'a', name: 'token', value_type: 'secret', value: 'hidden', ...fields })
  const saved = (fields: object, earlier: object = {}, lists: readonly [string?, string?] = []) => {
    const stored = toStoredText(ok(readAppFile(file([secret(earlier)], lists[0]))), sealer, caller)
    const { value, ...rest } = secret(fields)
    const variable = value === undefined ? rest : { ...rest, value }
    const text = JSON.stringify(file([variable], lists[1]))
    const open = ok(fromStoredText(save(text, stored), sealer, caller))
    return [...open.environment, ...open.conversation][0]?.value
  }
  it.each([
    ['empty', { value: '' }, 'hidden'],
    ['absent', { value: undefined }, 'hidden'],
    ['null', { value: null }, 'hidden'],
    ['masked', { value: '[__HIDDEN__]' }, 'hidden'],
    ['renamed', { value: '', name: 'other' }, 'hidden'],
    ['of the same name under a new id', { value: '', id: 'b' }, 'hidden'],
    ['of the same name without an id', { value: '', id: undefined }, 'hidden'],
    ['new', { value: 'fresh' }, 'fresh'],
    ['another one', { value: '', id: 'b', name: 'other' }, ''],
    ['no secret any more', { value: '', value_type: 'string' }, ''],
  ])('that comes back %s is %j → %j', (_, fields, value) => {
    expect(saved(fields)).toBe(value)
  })

  it('is found by its id before its name', () => {
    const two = [secret({}), secret({ id: 'b', name: 'other', value: 'second' })]
    const stored = toStoredText(ok(readAppFile(file(two))), sealer, caller)
    const swapped = [secret({ name: 'other', value: '' }), secret({ id: 'b', name: 'token', value: '' })]
    const open = ok(fromStoredText(save(JSON.stringify(file(swapped)), stored), sealer, caller))
    expect(open.environment.map(({ name, value }) => [name, value])).toEqual([
      ['other', 'hidden'],
      ['token', 'second'],
    ])
  })

  it('of the environment is no secret of the conversation', () => {
    expect(saved({ value: '' }, {}, ['environment_variables', 'conversation_variables'])).toBe('')
    expect(saved({ value: '' }, {}, ['conversation_variables', 'conversation_variables'])).toBe('hidden')
  })

  it('is sealed anew only when it is new', () => {
    const stored = toStoredText(ok(readAppFile(file([secret({})]))), sealer, caller)
    expect(save(JSON.stringify(file([secret({ value: 'hidden' })])), stored)).toBe(stored)
    expect(save(JSON.stringify(file([secret({ value: 'hidden2' })])), stored)).not.toBe(stored)
    const open = ok(fromStoredText(stored, sealer, caller))
    expect(toStoredText(open, sealer, caller)).not.toBe(stored)
  })
})
