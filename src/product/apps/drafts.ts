// The draft of an app, and how it becomes a version. A draft is an app file that can be read; it need not be able to run yet.
//
// D1  Who saves, drops or replaces a draft says what they saw before: the hash of the draft, or of the published version when
//     there was none. What somebody else changed meanwhile is never lost.
// D2  Secrets never leave, and need not come back: a secret variable saved without its value keeps the one it has.
// D3  A version is made of a draft that can run, and never changes.

import { type Issue, PlatformError, type Result } from '../../base/errors.ts'
import type { Caller } from '../caller.ts'
import type { AppId, VersionId } from '../ids.ts'
import type { Page } from '../store-seams.ts'
import { hashDocument } from './app-lock.ts'
import { type CheckParts, checkAppFile } from './check.ts'
import { type Content, type ContentParts, findApp, findContent, openContent, type Place } from './content.ts'
import { type AppDiff, diffApps } from './diff.ts'
import { AppError, appIssue, issueDetails } from './errors.ts'
import { readAppFile, readContent } from './file/parse.ts'
import { type AppReport, reportOnApp } from './file/report.ts'
import { keepSecrets } from './file/secret-values.ts'
import type { AppFile } from './file/spec.ts'
import { writeAppFile } from './file/write.ts'
import { toStoredText } from './secrets.ts'
import type { App } from './store.ts'
import type { Version, VersionPage, VersionSummary } from './version-store.ts'

export type DraftsParts = CheckParts & ContentParts

export interface Draft {
  readonly app: App
  /** False: there is no draft, and this is the published version. */
  readonly exists: boolean
  /** Canonical text, secret variables empty. */
  readonly text: string
  /** Names exactly this content. */
  readonly hash: string
  /** Milliseconds since the epoch. */
  readonly updatedAt: number
  /** What keeps it from being published. */
  readonly issues: readonly Issue[]
  readonly report: AppReport
}

/** What a change is based on; without a hash, on whatever is there. */
export interface BasedOn {
  readonly baseHash?: string | undefined
}

export interface Drafts {
  /** @throws AppError `app/not-found`, `app/not-published` when there is neither draft nor version */
  get(caller: Caller, id: AppId): Promise<Draft>
  /** Saves an app file, YAML or JSON. Files that cannot be read, or are of another mode, are returned with their issues.
   *  @throws AppError `app/not-found`, `app/draft-changed` */
  save(caller: Caller, id: AppId, text: string, base?: BasedOn): Promise<Result<Draft>>
  /** @throws AppError `app/not-found`, `app/draft-changed`, `app/not-published`: then the draft is all there is */
  discard(caller: Caller, id: AppId, base?: BasedOn): Promise<void>
  /** Makes a version of the draft and has calls run it.
   *  @throws AppError `app/not-found`, `app/nothing-to-publish`, `app/not-runnable` (`details.issues`), `app/draft-changed` */
  publish(
    caller: Caller,
    id: AppId,
    about: { readonly name?: string | undefined; readonly note?: string | undefined } & BasedOn,
  ): Promise<Version>
  /** Makes the version the draft. @throws AppError `app/not-found`, `app/version-not-found`, `app/draft-changed` */
  restore(caller: Caller, id: AppId, versionId: VersionId, base?: BasedOn): Promise<Draft>
  /** Has calls run the version; the draft stays. @throws AppError `app/not-found`, `app/version-not-found` */
  publishVersion(caller: Caller, id: AppId, versionId: VersionId): Promise<App>
  /** Newest first. @throws AppError `app/not-found` */
  versions(caller: Caller, id: AppId, page: VersionPage): Promise<Page<VersionSummary> & { readonly app: App }>
  /** One version with its text, secret variables empty. @throws AppError `app/not-found`, `app/version-not-found` */
  version(
    caller: Caller,
    id: AppId,
    versionId: VersionId,
  ): Promise<{ readonly app: App; readonly version: VersionSummary; readonly text: string }>
  /** @throws AppError `app/not-found`, `app/not-published`, `app/version-not-found` */
  diff(caller: Caller, id: AppId, from: Place, to: Place): Promise<AppDiff>
}

export const createDrafts = (parts: DraftsParts): Drafts => {
  const { store, versions, sealer } = parts

  const describe = (app: App, content: Content, file: AppFile): Draft => {
    const report = reportOnApp(file, parts.surroundings)
    return {
      app,
      exists: content.version === null,
      text: writeAppFile(file),
      hash: content.hash,
      updatedAt: content.changedAt,
      issues: obstaclesOf(parts, file, report),
      report,
    }
  }

  /** What the app says now, if it says anything, and is what the caller saw. */
  const findBase = async (caller: Caller, app: App, { baseHash }: BasedOn): Promise<Content | undefined> => {
    const content = await findContent(parts, caller, app, 'draft').catch((error: unknown) => {
      if (error instanceof PlatformError && error.code === 'app/not-published') return undefined
      throw error
    })
    if (baseHash !== undefined && baseHash !== content?.hash) throw new AppError('app/draft-changed')
    return content
  }

  /** @throws AppError `app/not-found`, `app/draft-changed` */
  const replace = async (
    caller: Caller,
    id: AppId,
    document: string | null,
    base: Content | undefined,
  ): Promise<App> => {
    const saved = await store.saveDraft(caller, id, { document, baseHash: base?.hash ?? null })
    if (saved === undefined) throw new AppError('app/not-found')
    if (saved === 'changed') throw new AppError('app/draft-changed')
    return saved
  }

  const keepDraft = async (caller: Caller, id: AppId, document: string, base: Content | undefined): Promise<Draft> => {
    const app = await replace(caller, id, document, base)
    const content = { document, hash: hashDocument(document), version: null, changedAt: app.draftUpdatedAt ?? 0 }
    return describe(app, content, openContent(parts, caller, document))
  }

  return {
    async get(caller, id) {
      const app = await findApp(parts, caller, id)
      const content = await findContent(parts, caller, app, 'draft')
      return describe(app, content, openContent(parts, caller, content.document))
    },

    async save(caller, id, text, base = {}) {
      const app = await findApp(parts, caller, id)
      const current = await findBase(caller, app, base)
      const given = readContent(text)
      if (!given.ok) return given
      const earlier = current && openContent(parts, caller, current.document).document
      const file = readAppFile(earlier ? keepSecrets(given.value, earlier) : given.value)
      if (!file.ok) return file
      if (file.value.mode !== app.mode) {
        const issue = appIssue('app.mode', 'app/other-mode', { mode: app.mode, other: file.value.mode })
        return { ok: false, issues: [issue] }
      }
      const document = toStoredText(file.value, sealer, caller, current?.document)
      return { ok: true, value: await keepDraft(caller, id, document, current) }
    },

    async discard(caller, id, base = {}) {
      const app = await findApp(parts, caller, id)
      const current = await findBase(caller, app, base)
      if (app.publishedVersionId === null) throw new AppError('app/not-published')
      if (current?.version === null) await replace(caller, id, null, current)
    },

    async publish(caller, id, { baseHash, ...about }) {
      const app = await findApp(parts, caller, id)
      const draft = await findBase(caller, app, { baseHash })
      if (draft?.version !== null) throw new AppError('app/nothing-to-publish')
      const published = await versions.getPublished(caller, id)
      if (published?.hash === draft.hash) throw new AppError('app/nothing-to-publish')
      const file = openContent(parts, caller, draft.document)
      const issues = obstaclesOf(parts, file, reportOnApp(file, parts.surroundings))
      if (issues.length > 0) throw new AppError('app/not-runnable', { details: issueDetails(issues) })
      const { name = '', note = '' } = about
      const version = await versions.publishDraft(caller, id, { name, note, baseHash: draft.hash })
      if (version === undefined) throw new AppError('app/not-found')
      if (version === 'changed') throw new AppError('app/draft-changed')
      return version
    },

    async restore(caller, id, versionId, base = {}) {
      const app = await findApp(parts, caller, id)
      const { document } = await findContent(parts, caller, app, versionId)
      return keepDraft(caller, id, document, await findBase(caller, app, base))
    },

    async publishVersion(caller, id, versionId) {
      await findApp(parts, caller, id)
      if (!(await versions.publish(caller, id, versionId))) throw new AppError('app/version-not-found')
      return findApp(parts, caller, id)
    },

    async versions(caller, id, page) {
      const app = await findApp(parts, caller, id)
      return { app, ...(await versions.list(caller, id, page)) }
    },

    async version(caller, id, versionId) {
      const app = await findApp(parts, caller, id)
      const { document, version } = await findContent(parts, caller, app, versionId)
      if (!version) throw new AppError('app/version-not-found')
      return { app, version, text: writeAppFile(openContent(parts, caller, document)) }
    },

    async diff(caller, id, from, to) {
      const app = await findApp(parts, caller, id)
      const open = async (place: Place) =>
        openContent(parts, caller, (await findContent(parts, caller, app, place)).document)
      return diffApps(await open(from), await open(to))
    },
  }
}

/** Every reason why the file cannot run here: what its graph lacks, and what the surroundings lack. */
const obstaclesOf = (parts: CheckParts, file: AppFile, report: AppReport): readonly Issue[] => {
  const checked = checkAppFile(file, parts)
  const needs = report.needs.filter((need) => need.blocking)
  return [
    ...(checked.ok ? [] : checked.issues),
    ...needs.map(({ nodeId, title, message }) => {
      const path = file.graph?.nodes.find((node) => node.id === nodeId)?.path ?? ''
      return appIssue(path, 'app/unmet-need', { title: title === '' ? nodeId : title, reason: message })
    }),
  ]
}
