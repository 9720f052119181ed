import { expect, it } from 'vitest'
import { createSealer } from './seal.ts'

const sealer = createSealer(Buffer.alloc(32, 7))

it.each(['', 'x', 'sk-12345', 'ключ 🔑', 'x'.repeat(10_000)])('opens what it sealed: %.20s', (text) => {
  const sealed = sealer.seal(text, 'tenant_a')
  // A text of one letter may stand in the sealed one by chance.
  if (text.length > 4) expect(sealed).not.toContain(text)
  expect(sealer.open(sealed, 'tenant_a')).toBe(text)
})

it('seals the same text differently each time', () => {
  expect(sealer.seal('x', 'a')).not.toBe(sealer.seal('x', 'a'))
})

it('opens nothing for another scope, with another key, or after a change', () => {
  const sealed = sealer.seal('secret', 'tenant_a')
  expect(() => sealer.open(sealed, 'tenant_b')).toThrow()
  expect(() => createSealer(Buffer.alloc(32, 8)).open(sealed, 'tenant_a')).toThrow()
  const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA')
  expect(() => sealer.open(changed, 'tenant_a')).toThrow()
  for (const broken of ['', 'secret', 'sealed:v1:', 'sealed:v1:AAAA', sealed.slice(0, 30)]) {
    expect(() => sealer.open(broken, 'tenant_a'), broken).toThrow()
  }
})
