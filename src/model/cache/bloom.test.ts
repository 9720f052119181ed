import { expect, it } from 'vitest'
import { Bloom } from './bloom.ts'
import { digestOf } from './canonical.ts'

it('knows what was added, and takes at most 0.9 % of other keys for known', () => {
  const bloom = new Bloom(20_000)
  for (let i = 0; i < 20_000; i++) bloom.add(digestOf(`known ${i}`))
  for (let i = 0; i < 20_000; i++) expect(bloom.mayHave(digestOf(`known ${i}`))).toBe(true)
  let taken = 0
  for (let i = 0; i < 20_000; i++) if (bloom.mayHave(digestOf(`other ${i}`))) taken++
  expect(taken / 20_000).toBeLessThan(0.009)
  expect(new Bloom(1).mayHave(digestOf('any'))).toBe(false)
})
