// Tokens of invitations: whoever has one, and the address it was made for, may join.

import { createSealedTokens, type SealedTokens } from './sealed-tokens.ts'

export type InvitationTokens = SealedTokens<'inv'>

/** @param master the installation's key */
export const createInvitationTokens = (master: Uint8Array): InvitationTokens =>
  createSealedTokens(master, { start: 'invite-', idPrefix: 'inv', purpose: 'invitation tokens' })
