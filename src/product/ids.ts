// Ids of what tenants own: `<prefix>_<UUIDv7>` inside, the bare UUID on wires that promise one.

export type TenantId = `tenant_${string}`
export type AccountId = `acct_${string}`
export type InvitationId = `inv_${string}`
export type SignInId = `signin_${string}`
export type AppId = `app_${string}`
export type VersionId = `ver_${string}`
export type KeyId = `key_${string}`
export type EndUserId = `user_${string}`
export type ConversationId = `conv_${string}`
export type MessageId = `msg_${string}`
export type MessageFileId = `mfile_${string}`
export type FeedbackId = `feedback_${string}`
export type FileId = `file_${string}`
export type RunId = `run_${string}`
export type AnnotationId = `ann_${string}`
export type AnnotationJobId = `job_${string}`
export type FormId = `form_${string}`
export type UsageId = `usage_${string}`
export type RouterId = `router_${string}`

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The UUID of an id: what stands after its prefix. */
export const toWireId = (id: `${string}_${string}`): string => id.slice(id.lastIndexOf('_') + 1)

/** The id with this prefix, in lower case, or undefined when `uuid` is not written as a UUID. */
export const fromWireId = <Prefix extends string>(prefix: Prefix, uuid: string): `${Prefix}_${string}` | undefined =>
  UUID.test(uuid) ? `${prefix}_${uuid.toLowerCase()}` : undefined

/** The id when `text` is one with this prefix, in lower case; undefined otherwise. */
export const parseId = <Prefix extends string>(prefix: Prefix, text: string): `${Prefix}_${string}` | undefined =>
  text.startsWith(`${prefix}_`) ? fromWireId(prefix, text.slice(prefix.length + 1)) : undefined
