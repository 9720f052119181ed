// What a tenant does with apps: import, export, publish, and get them ready to run.

import type { Issue } from '../../base/errors.ts'
import type { Sealer } from '../../base/seal.ts'
import type { Plan } from '../../flow/plan.ts'
import type { NodeServices } from '../../nodes/spec.ts'
import type { Caller } from '../caller.ts'
import type { AppId, VersionId } from '../ids.ts'
import { type CheckParts, type CheckResult, checkApp, checkAppFile } from './check.ts'
import { AppError } from './errors.ts'
import type { AppReport } from './file/report.ts'
import type { AppFile } from './file/spec.ts'
import { writeAppFile } from './file/write.ts'
import { fromStoredText, toStoredText } from './secrets.ts'
import type { App, AppStore, Version } from './store.ts'

export interface AppsParts extends CheckParts {
  readonly store: AppStore
  readonly sealer: Sealer
  /** Gets ready for code of these languages; called when an app that has such code is opened. */
  readonly warm: (languages: ReadonlySet<CodeLanguage>) => void
}

export type CodeLanguage = 'python3' | 'javascript'

/** One version of an app, ready to run. */
export interface RunnableApp {
  readonly app: App
  readonly versionId: VersionId
  readonly file: AppFile
  /** Absent in the modes without a graph. */
  readonly plan?: Plan<NodeServices>
}

export type ImportResult =
  | { readonly ok: true; readonly app: App; readonly report: AppReport }
  | { readonly ok: false; readonly issues: readonly Issue[] }

export interface Apps {
  /** Says what is wrong with the file and what it needs; keeps nothing. */
  check(text: string): CheckResult
  /** Keeps the file as a new app with a first, published version. A file that cannot run is not kept. */
  import(caller: Caller, text: string, options?: { readonly name?: string }): Promise<ImportResult>
  /** The app file of the published version, or of another one, in canonical form.
   *  @throws AppError `app/not-found`, `app/version-not-found` */
  export(
    caller: Caller,
    id: AppId,
    options?: { readonly versionId?: VersionId; readonly includeSecrets?: boolean },
  ): Promise<string>
  /** Newest first, all of them. */
  list(caller: Caller): Promise<readonly App[]>
  /** @throws AppError `app/not-found` */
  get(caller: Caller, id: AppId): Promise<App>
  /** The published version, or another one, compiled. Kept ready for the next call.
   *  @throws AppError `app/not-found`, `app/not-published`, `app/version-not-found` */
  open(caller: Caller, id: AppId, versionId?: VersionId): Promise<RunnableApp>
}

const KEPT_PLANS = 500
const PAGE = 200

type Ready = Pick<RunnableApp, 'file' | 'plan'>

export const createApps = (parts: AppsParts): Apps => {
  const { store } = parts
  /** By version; versions never change. Least recently used first. */
  const ready = new Map<VersionId, Ready>()

  const keep = (id: VersionId, entry: Ready): Ready => {
    ready.delete(id)
    ready.set(id, entry)
    const [oldest] = ready.keys()
    if (ready.size > KEPT_PLANS && oldest !== undefined) ready.delete(oldest)
    return entry
  }

  const read = (caller: Caller, version: Version): AppFile => {
    const stored = fromStoredText(version.document, parts.sealer, caller)
    if (!stored.ok) throw new AppError('app/unusable', { details: { reason: stored.issues[0]?.message ?? '' } })
    return stored.value
  }

  const prepare = (caller: Caller, version: Version): Ready => {
    const known = ready.get(version.id)
    if (known) return keep(version.id, known)
    const checked = checkAppFile(read(caller, version), parts)
    // It was checked before it was kept; only a kind that this release refuses can bring this about.
    if (!checked.ok) throw new AppError('app/unusable', { details: { reason: checked.issues[0]?.message ?? '' } })
    const { file, plan } = checked.value
    parts.warm(codeLanguages(file))
    return keep(version.id, { file, ...(plan && { plan }) })
  }

  const get = async (caller: Caller, id: AppId): Promise<App> => {
    const app = await store.get(caller, id)
    if (!app) throw new AppError('app/not-found')
    return app
  }

  const findVersion = async (caller: Caller, app: App, versionId?: VersionId): Promise<Version> => {
    if (versionId === undefined) {
      const version = await store.getPublished(caller, app.id)
      if (!version) throw new AppError('app/not-published')
      return version
    }
    const version = await store.getVersion(caller, versionId)
    if (version?.appId !== app.id) throw new AppError('app/version-not-found')
    return version
  }

  return {
    check: (text) => checkApp(text, parts),

    async import(caller, text, options = {}) {
      const checked = checkApp(text, parts)
      if (!checked.ok) return checked
      const { file, report } = checked.value
      const face = { type: file.iconType, value: file.icon, background: file.iconBackground }
      const fields = { name: options.name ?? file.name, mode: file.mode, description: file.description, icon: face }
      const document = toStoredText(file, parts.sealer, caller)
      return { ok: true, app: await store.create(caller, fields, { document }), report }
    },

    async export(caller, id, options = {}) {
      const version = await findVersion(caller, await get(caller, id), options.versionId)
      return writeAppFile(read(caller, version), { includeSecrets: options.includeSecrets ?? false })
    },

    async list(caller) {
      const apps: App[] = []
      for (let after: App | undefined; ; ) {
        const page = await store.list(caller, { limit: PAGE, ...(after && { after }) })
        apps.push(...page.items)
        after = page.items.at(-1)
        if (!page.hasMore || !after) return apps
      }
    },

    get,

    async open(caller, id, versionId) {
      const app = await get(caller, id)
      const wanted = versionId ?? app.publishedVersionId
      const known = wanted === null ? undefined : ready.get(wanted)
      // A kept plan of the published version needs no second read; another version might be another app's.
      if (known && wanted !== null && versionId === undefined) return { app, versionId: wanted, ...keep(wanted, known) }
      const version = await findVersion(caller, app, versionId)
      return { app, versionId: version.id, ...prepare(caller, version) }
    },
  }
}

const codeLanguages = (file: AppFile): ReadonlySet<CodeLanguage> =>
  new Set(
    (file.graph?.nodes ?? [])
      .filter((node) => node.data.type === 'code')
      .map((node) => (node.data.code_language === 'javascript' ? 'javascript' : 'python3')),
  )
