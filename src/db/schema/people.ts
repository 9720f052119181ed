// The tenants, the people who are their members, and what a tenant has set.
// The rules of all tables: schema.ts beside this folder.

import type { Id } from './id.ts'

export interface PeopleTables {
  tenants: TenantRow
  accounts: AccountRow
  members: MemberRow
  invitations: InvitationRow
  sign_ins: SignInRow
  settings: SettingRow
}

export interface TenantRow {
  tenant_id: Id<'tenant'>
  name: string
  created_at: number
}

export interface AccountRow {
  id: Id<'acct'>
  /** In lower case; unique. */
  email: string
  name: string
  /** Argon2id, in its own encoding. */
  password_hash: string
  created_at: number
  updated_at: number
}

export interface MemberRow {
  tenant_id: Id<'tenant'>
  account_id: Id<'acct'>
  role: 'owner' | 'admin' | 'editor' | 'operator' | 'viewer'
  created_at: number
  created_by: string
}

/** Of an address to a tenant, until somebody accepts it. Names no account: whether the address has one is not asked. */
export interface InvitationRow {
  tenant_id: Id<'tenant'>
  id: Id<'inv'>
  /** In lower case; unique within the tenant. */
  email: string
  role: MemberRow['role']
  /** SHA-256 of the token, hex. */
  token_hash: string
  created_at: number
  created_by: string
  expires_at: number
}

/** One sign-in of a person: a family of refresh tokens of which only the newest is valid. */
export interface SignInRow {
  tenant_id: Id<'tenant'>
  id: Id<'signin'>
  account_id: Id<'acct'>
  /** SHA-256 of the newest refresh token, hex. */
  refresh_hash: string
  user_agent: string
  created_at: number
  last_used_at: number
  expires_at: number
  revoked_at: number | null
}

export interface SettingRow {
  tenant_id: Id<'tenant'>
  /** Name of the setting. */
  id: string
  value_json: string
  updated_at: number
  updated_by: string
}
