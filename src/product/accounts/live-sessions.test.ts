// What a change does to a question that is under way.

import { expect, it } from 'vitest'
import { ACCESS_MS, MASTER, movableClock } from '../../../test/support/accounts.ts'
import { createAccessTokens } from './drivers/access-tokens.ts'
import { createLiveSessions } from './live-sessions.ts'
import type { Session } from './spec.ts'

it('an answer that a change overtook is given, but not remembered', async () => {
  const clock = movableClock()
  const accessTokens = createAccessTokens({ master: MASTER, clock, lifeMs: ACCESS_MS })
  const session: Session = {
    account: { id: 'acct_11111111-1111-7111-8111-111111111111', email: 'a@example.org', name: 'A', createdAt: 0 },
    tenantId: 'tenant_11111111-1111-7111-8111-111111111111',
    signInId: 'signin_11111111-1111-7111-8111-111111111111',
    role: 'owner',
  }
  /** Each look into the database waits until the test answers it. */
  const asked: ((answer: Session | undefined) => void)[] = []
  let onAsked = () => {}
  const untilAsked = () => new Promise<void>((resolve) => (onAsked = resolve))
  const find = () =>
    new Promise<Session | undefined>((resolve) => {
      asked.push(resolve)
      onAsked()
    })
  const sessions = createLiveSessions({ store: { find }, accessTokens, clock })
  const { tenantId, signInId, account } = session
  const { token } = await accessTokens.issue({ tenantId, signInId, accountId: account.id })

  let waiting = untilAsked()
  const overtaken = sessions.verify(token)
  await waiting
  sessions.forget(({ signInId: id }) => id === signInId)
  asked.shift()?.(session)
  expect(await overtaken).toBe(session)

  waiting = untilAsked()
  const next = sessions.verify(token)
  await waiting
  asked.shift()?.({ ...session, role: 'viewer' })
  expect((await next)?.role).toBe('viewer')
  expect((await sessions.verify(token))?.role).toBe('viewer')
  expect(asked.length).toBe(0)
})
