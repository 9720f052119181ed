// Prefix affinity: requests that begin alike go to the same target, where the vendor's prompt cache has their beginning. Who has
// too much to do is passed over for the next one of the same prefix.
// Source: weighted rendezvous hashing (Thaler and Ravishankar 1998; Schindelhauer and Schomaker 2005) with bounded loads
// (Mirrokni, Thorup and Zadimoghaddam 2018).
//
// A1  The order of two targets for a prefix depends on nobody else: when a target comes or goes, only its own prefixes move.

import type { Candidate } from '../candidates.ts'
import { hashText, pairFraction } from '../hash.ts'
import type { Strategy } from './spec.ts'

/** How much more than the mean a target may have under way. */
const BOUND = 1.25
/** With so few calls under way nobody is too busy: a lost prompt cache would cost more than the wait. */
const NEVER_BUSY = 4

export const orderByAffinity: Strategy = (candidates, { facts }) => {
  const prefix = hashText(facts.prefix)
  const scores = new Map(candidates.map((one) => [one, scoreOf(one, prefix)]))
  const ranked = candidates.toSorted((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0))
  const mean = candidates.reduce((sum, { state }) => sum + state.pending, 0) / candidates.length
  const most = Math.max(NEVER_BUSY, BOUND * mean)
  const hasRoom = ({ state }: Candidate): boolean => state.pending <= most
  const ordered = [...ranked.filter(hasRoom), ...ranked.filter((one) => !hasRoom(one))]
  const [first] = ordered
  const [home] = ranked
  const instead =
    home && first !== home ? ` instead of ${home.id}, which has ${home.state.pending} calls under way` : ''
  return { candidates: ordered, reason: `affinity: ${first?.id} has this prefix${instead}` }
}

const scoreOf = ({ id, weight }: Candidate, prefix: number): number =>
  -weight / Math.log(pairFraction(prefix, hashText(id)))
