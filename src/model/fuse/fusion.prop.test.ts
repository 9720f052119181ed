// What holds of every fusion: the order of members and the scale of their weights decide nothing, and a vote invents nothing.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Candidate } from './candidate.ts'
import { fieldVote } from './field-vote.ts'
import { mean } from './mean.ts'
import { medoid } from './medoid.ts'
import { ranking } from './ranking.ts'
import { isSettled, vote } from './vote.ts'

const label = fc.constantFrom('yes', 'Yes.', 'no', 'NO', 'maybe', '不', '')
const number = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.double({ min: 0, max: 1, noNaN: true })).map(String)
const scalar = fc.constantFrom<unknown>('a', 'A ', 'b', 1, 2, 3.5, true, false, null)
const json = fc
  .dictionary(fc.constantFrom('x', 'y', 'z'), fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })))
  .map((value) => JSON.stringify(value))
const list = fc
  .shuffledSubarray(['ash', 'elm', 'oak', 'yew', 'fir'], { minLength: 2 })
  .map((items) => items.map((item, i) => `${i + 1}. ${item}`).join('\n'))
const prose = fc
  .array(fc.constantFrom('the', 'cat', 'sat', '猫', '坐', 'mat'), { maxLength: 6 })
  .map((words) => words.join(' '))

const FUSIONS = {
  vote: { fuse: (candidates: readonly Candidate[]) => vote(candidates)?.text, text: label },
  mean: { fuse: (candidates: readonly Candidate[]) => mean(candidates)?.text, text: number },
  'field-vote': { fuse: (candidates: readonly Candidate[]) => fieldVote(candidates)?.text, text: json },
  ranking: { fuse: (candidates: readonly Candidate[]) => ranking(candidates)?.text, text: list },
  medoid: { fuse: (candidates: readonly Candidate[]) => medoid(candidates)?.text, text: prose },
}

const membersOf = (text: fc.Arbitrary<string>): fc.Arbitrary<readonly Candidate[]> =>
  fc.array(
    fc.record({ text, weight: fc.constantFrom(0.1, 0.3, 0.5, 1, 1.7, 2, 3) }).map((one) => ({ ...one, target: 'm' })),
    { minLength: 1, maxLength: 6 },
  )

describe.each(Object.entries(FUSIONS))('%s', (_, { fuse, text }) => {
  it('does not depend on the order of members', () => {
    fc.assert(
      fc.property(membersOf(text), fc.infiniteStream(fc.nat()), (members, chance) => {
        const shuffled = members
          .map((member) => ({ member, at: chance.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ member }) => member)
        expect(fuse(shuffled)).toBe(fuse(members))
      }),
      { numRuns: 300 },
    )
  })

  it('does not depend on the scale of the weights', () => {
    fc.assert(
      fc.property(membersOf(text), fc.constantFrom(0.01, 0.7, 3, 1_000), (members, scale) => {
        expect(fuse(members.map((member) => ({ ...member, weight: member.weight * scale })))).toBe(fuse(members))
      }),
      { numRuns: 300 },
    )
  })
})

it('a vote says only what somebody said', () => {
  fc.assert(
    fc.property(membersOf(fc.oneof(label, prose, fc.string())), (members) => {
      expect(members.map(({ text }) => text)).toContain(vote(members)?.text)
      expect(members.map(({ text }) => text)).toContain(medoid(members)?.text)
    }),
    { numRuns: 500 },
  )
})

it('a vote over fields says at each place only what somebody said there', () => {
  fc.assert(
    fc.property(membersOf(json), (members) => {
      const said = members.map(({ text }) => JSON.parse(text) as Record<string, unknown>)
      const fused = JSON.parse(fieldVote(members)?.text ?? '') as Record<string, unknown>
      for (const [key, value] of Object.entries(fused)) {
        const scalars = said.flatMap((one) => (Object.hasOwn(one, key) ? [one[key]].flat() : []))
        for (const item of [value].flat()) expect(scalars).toContainEqual(item)
      }
    }),
    { numRuns: 300 },
  )
})

it('a vote that is settled stays as it is, whatever the others say', () => {
  let settled = 0
  fc.assert(
    fc.property(membersOf(label), fc.nat(5), (members, cut) => {
      const [answered, waiting] = [members.slice(0, cut), members.slice(cut)]
      if (!isSettled(answered, waiting, members.length)) return
      settled++
      const now = vote(answered, members.length)
      expect(vote(members, members.length)?.agreed.slice(0, cut)).toEqual(now?.agreed)
    }),
    { numRuns: 1_000 },
  )
  expect(settled).toBeGreaterThan(100)
})
