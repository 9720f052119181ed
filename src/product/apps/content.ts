// What an app says at one place: its draft, its published version, or another version; as stored, and opened.

import type { Sealer } from '../../base/seal.ts'
import type { Caller } from '../caller.ts'
import type { AppId, VersionId } from '../ids.ts'
import { hashDocument } from './app-lock.ts'
import { AppError } from './errors.ts'
import type { AppFile } from './file/spec.ts'
import { fromStoredText } from './secrets.ts'
import type { App, AppStore } from './store.ts'
import type { Version, VersionStore } from './version-store.ts'

/** `draft` is the published version when there is no draft. */
export type Place = 'draft' | 'published' | VersionId

export interface Content {
  /** Canonical text, secrets sealed. */
  readonly document: string
  readonly hash: string
  /** Null for a draft. */
  readonly version: Version | null
  /** Milliseconds since the epoch. */
  readonly changedAt: number
}

export interface ContentParts {
  readonly store: AppStore
  readonly versions: VersionStore
  readonly sealer: Sealer
}

/** @throws AppError `app/not-found` */
export const findApp = async ({ store }: Pick<ContentParts, 'store'>, caller: Caller, id: AppId): Promise<App> => {
  const app = await store.get(caller, id)
  if (!app) throw new AppError('app/not-found')
  return app
}

/** @throws AppError `app/not-published`, `app/version-not-found` */
export const findContent = async (parts: ContentParts, caller: Caller, app: App, place: Place): Promise<Content> => {
  const draft =
    place === 'draft' && app.draftUpdatedAt !== null ? await parts.store.getDraft(caller, app.id) : undefined
  if (draft) {
    return { document: draft.document, hash: hashDocument(draft.document), version: null, changedAt: draft.updatedAt }
  }
  const version = await findVersion(parts, caller, app, place)
  return { document: version.document, hash: version.hash, version, changedAt: version.createdAt }
}

const findVersion = async (parts: ContentParts, caller: Caller, app: App, place: Place): Promise<Version> => {
  if (place === 'draft' || place === 'published') {
    const version = await parts.versions.getPublished(caller, app.id)
    if (!version) throw new AppError('app/not-published')
    return version
  }
  const version = await parts.versions.get(caller, place)
  if (version?.appId !== app.id) throw new AppError('app/version-not-found')
  return version
}

/** @throws AppError `app/unusable` */
export const openContent = ({ sealer }: Pick<ContentParts, 'sealer'>, caller: Caller, document: string): AppFile => {
  const stored = fromStoredText(document, sealer, caller)
  if (!stored.ok) throw new AppError('app/unusable', { details: { reason: stored.issues[0]?.message ?? '' } })
  return stored.value
}
