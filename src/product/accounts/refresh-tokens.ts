// Refresh tokens: each of one sign-in, which a token shown twice ends.

import { createSealedTokens, type SealedTokens } from './sealed-tokens.ts'

export type RefreshTokens = SealedTokens<'signin'>

/** @param master the installation's key */
export const createRefreshTokens = (master: Uint8Array): RefreshTokens =>
  createSealedTokens(master, { start: 'refresh-', idPrefix: 'signin', purpose: 'refresh tokens' })
