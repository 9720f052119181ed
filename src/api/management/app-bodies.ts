// Apps, versions and drafts as the management API words them, and how it names them.

import type { FastifyRequest } from 'fastify'
import type { Draft } from '../../product/apps/drafts.ts'
import { AppError } from '../../product/apps/errors.ts'
import type { App } from '../../product/apps/store.ts'
import type { VersionSummary } from '../../product/apps/version-store.ts'
import { type AppId, parseId, type VersionId } from '../../product/ids.ts'
import { isoTime } from './lists.ts'

/** @throws AppError `app/not-found` for what is no id, as for apps that are not there */
export const readAppId = (text: string): AppId => {
  const id = parseId('app', text)
  if (!id) throw new AppError('app/not-found')
  return id
}

/** @throws AppError `app/version-not-found` */
export const readVersionId = (text: string): VersionId => {
  const id = parseId('ver', text)
  if (!id) throw new AppError('app/version-not-found')
  return id
}

/** The hash a change is based on: in the body or the query, or as the header's tag. `*` is any. */
export const readBase = (request: FastifyRequest, given: string | undefined): { readonly baseHash?: string } => {
  const header = request.headers['if-match']?.trim()
  const tag = header === undefined || header === '*' ? undefined : header.replace(/^(?:W\/)?"(.*)"$/, '$1')
  const baseHash = given ?? tag
  return baseHash === undefined ? {} : { baseHash }
}

export const toAppBody = (app: App) => ({
  id: app.id,
  name: app.name,
  mode: app.mode,
  description: app.description,
  icon: app.icon,
  apiEnabled: app.apiEnabled,
  publishedVersionId: app.publishedVersionId,
  hasDraft: app.draftUpdatedAt !== null,
  createdAt: isoTime(app.createdAt),
  updatedAt: isoTime(app.updatedAt),
})

export const toVersionBody = (version: VersionSummary, publishedVersionId: VersionId | null) => ({
  id: version.id,
  appId: version.appId,
  number: version.number,
  name: version.name,
  note: version.note,
  hash: version.hash,
  published: version.id === publishedVersionId,
  createdAt: isoTime(version.createdAt),
  createdBy: version.createdBy,
})

export const toDraftBody = ({ app, exists, text, hash, updatedAt, issues, report }: Draft) => ({
  appId: app.id,
  exists,
  text,
  hash,
  updatedAt: isoTime(updatedAt),
  runnable: issues.length === 0,
  issues,
  report,
})
