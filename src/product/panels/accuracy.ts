// How often members are right, learned from few judgements: the mean of a Beta posterior. Before any feedback a member is
// believed as its weight says; each judgement moves that by its share.

import type { PanelMember } from '../../model/fuse/spec.ts'
import type { FeedbackCount } from './store.ts'

/** What the weights are worth, in judgements. */
const PRIOR_JUDGEMENTS = 4

/** One of each member, or undefined while nobody was judged: then weights count as they are.
 *  A member of middle weight is taken to be right in 73 of 100 cases, log-odds 1; others in proportion. */
export const accuracies = (
  members: readonly PanelMember[],
  countOf: (target: string) => Pick<FeedbackCount, 'correct' | 'wrong'> | undefined,
): readonly number[] | undefined => {
  if (!members.some(({ target }) => countOf(target) !== undefined)) return undefined
  const middle = members.reduce((sum, { weight }) => sum + weight, 0) / members.length
  return members.map(({ target, weight }) => {
    const prior = 1 / (1 + Math.exp(-weight / middle))
    const { correct = 0, wrong = 0 } = countOf(target) ?? {}
    return (prior * PRIOR_JUDGEMENTS + correct) / (PRIOR_JUDGEMENTS + correct + wrong)
  })
}
