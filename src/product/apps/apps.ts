// What a tenant does with apps: make, import, export, copy, delete, and get them ready to run. drafts.ts changes what they say.

import type { Issue } from '../../base/errors.ts'
import type { ValueObject } from '../../base/value.ts'
import type { Plan } from '../../flow/plan.ts'
import type { NodeServices } from '../../nodes/spec.ts'
import type { Caller } from '../caller.ts'
import type { AppId, VersionId } from '../ids.ts'
import type { Page } from '../store-seams.ts'
import { type BlankApp, type BlankModel, blankAppFile } from './blank.ts'
import { type CheckParts, type CheckResult, checkApp, checkAppFile } from './check.ts'
import { type ContentParts, findApp, findContent, openContent, type Place } from './content.ts'
import { AppError } from './errors.ts'
import { readAppFile } from './file/parse.ts'
import type { AppReport } from './file/report.ts'
import type { AppFile } from './file/spec.ts'
import { writeAppFile } from './file/write.ts'
import { toStoredText } from './secrets.ts'
import type { App, AppChanges, AppPage } from './store.ts'

export interface AppsParts extends CheckParts, ContentParts {
  /** Gets ready for code of these languages; called when an app that has such code is opened. */
  readonly warm: (languages: ReadonlySet<CodeLanguage>) => void
  /** What a blank app asks. */
  readonly blankModel: BlankModel
  /** Drops what is remembered about the app's keys: it was deleted, or its API was opened or closed. */
  readonly forgetKeys: (caller: Caller, id: AppId) => void
  /** Stops the deleted app's runs and removes what is left of it, in the background. */
  readonly purge: (caller: Caller, id: AppId) => void
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
  /** A new app with a draft of the smallest useful content, and no version. */
  create(caller: Caller, app: BlankApp): Promise<App>
  /** A new app with the content of another one: from a draft a draft, from a version a first, published one.
   *  Secrets come along; keys, users and runs do not.
   *  @param options.name default: the app's and ` copy`   @param options.place default `draft`
   *  @throws AppError `app/not-found`, `app/not-published` */
  duplicate(
    caller: Caller,
    id: AppId,
    options?: { readonly name?: string; readonly place?: 'draft' | 'published' },
  ): Promise<App>
  /** The app file in canonical form, by default of the published version. It is called as the app is called now.
   *  @throws AppError `app/not-found`, `app/not-published`, `app/version-not-found` */
  export(
    caller: Caller,
    id: AppId,
    options?: { readonly place?: Place; readonly includeSecrets?: boolean },
  ): Promise<string>
  /** Newest first, all of them. */
  list(caller: Caller): Promise<readonly App[]>
  /** Newest first. */
  page(caller: Caller, page: AppPage): Promise<Page<App>>
  /** @throws AppError `app/not-found` */
  get(caller: Caller, id: AppId): Promise<App>
  /** @throws AppError `app/not-found` */
  update(caller: Caller, id: AppId, changes: AppChanges): Promise<App>
  /** At once the app is gone and its keys are refused. Its runs are stopped, its rows removed afterwards.
   *  @throws AppError `app/not-found` */
  delete(caller: Caller, id: AppId): Promise<void>
  /** The published version, or another one, compiled. Kept ready for the next call.
   *  @throws AppError `app/not-found`, `app/not-published`, `app/version-not-found` */
  open(caller: Caller, id: AppId, versionId?: VersionId): Promise<RunnableApp>
}

const KEPT_PLANS = 500
const PAGE = 200
/** Characters of an app's name. */
const LONGEST_NAME = 200
const COPY = ' copy'

type Ready = Pick<RunnableApp, 'file' | 'plan'>

export const createApps = (parts: AppsParts): Apps => {
  const { store, sealer } = parts
  /** By version; versions never change. Least recently used first. */
  const ready = new Map<VersionId, Ready>()

  const keep = (id: VersionId, entry: Ready): Ready => {
    ready.delete(id)
    ready.set(id, entry)
    const [oldest] = ready.keys()
    if (ready.size > KEPT_PLANS && oldest !== undefined) ready.delete(oldest)
    return entry
  }

  const prepare = (caller: Caller, versionId: VersionId, document: string): Ready => {
    const known = ready.get(versionId)
    if (known) return keep(versionId, known)
    const checked = checkAppFile(openContent(parts, caller, document), parts)
    // It was checked before it was kept; only a kind that this release refuses can bring this about.
    if (!checked.ok) throw new AppError('app/unusable', { details: { reason: checked.issues[0]?.message ?? '' } })
    const { file, plan } = checked.value
    parts.warm(codeLanguages(file))
    return keep(versionId, { file, ...(plan && { plan }) })
  }

  const get = (caller: Caller, id: AppId): Promise<App> => findApp(parts, caller, id)

  return {
    check: (text) => checkApp(text, parts),

    async import(caller, text, options = {}) {
      const checked = checkApp(text, parts)
      if (!checked.ok) return checked
      const { file, report } = checked.value
      const fields = { ...fieldsOf(file), name: options.name ?? file.name }
      const document = toStoredText(file, sealer, caller)
      return { ok: true, app: await store.create(caller, fields, { document }), report }
    },

    async create(caller, blank) {
      const file = readAppFile(blankAppFile(blank, parts.blankModel))
      // Only a name that no text can hold, and names are texts.
      if (!file.ok) throw new AppError('app/unusable', { details: { reason: file.issues[0]?.message ?? '' } })
      return store.create(caller, fieldsOf(file.value), { draft: toStoredText(file.value, sealer, caller) })
    },

    async duplicate(caller, id, options = {}) {
      const app = await get(caller, id)
      const { document, version } = await findContent(parts, caller, app, options.place ?? 'draft')
      const name = options.name ?? app.name.slice(0, LONGEST_NAME - COPY.length) + COPY
      const fields = { name, mode: app.mode, description: app.description, icon: app.icon }
      return store.create(caller, fields, version ? { document } : { draft: document })
    },

    async export(caller, id, options = {}) {
      const app = await get(caller, id)
      const { document } = await findContent(parts, caller, app, options.place ?? 'published')
      const file = calledAs(app, openContent(parts, caller, document))
      return writeAppFile(file, { includeSecrets: options.includeSecrets ?? false })
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

    page: (caller, page) => store.list(caller, page),
    get,

    async update(caller, id, changes) {
      const app = await store.update(caller, id, changes)
      if (!app) throw new AppError('app/not-found')
      if (changes.apiEnabled !== undefined) parts.forgetKeys(caller, id)
      return app
    },

    async delete(caller, id) {
      const marked = await store.markDeleted(caller, id)
      if (!marked) throw new AppError('app/not-found')
      parts.forgetKeys(caller, id)
      parts.purge(caller, id)
    },

    async open(caller, id, versionId) {
      const app = await get(caller, id)
      const wanted = versionId ?? app.publishedVersionId
      const known = wanted === null ? undefined : ready.get(wanted)
      // A kept plan of the published version needs no second read; another version might be another app's.
      if (known && wanted !== null && versionId === undefined) return { app, versionId: wanted, ...keep(wanted, known) }
      const { version } = await findContent(parts, caller, app, versionId ?? 'published')
      if (!version) throw new AppError('app/not-published')
      return { app, versionId: version.id, ...prepare(caller, version.id, version.document) }
    },
  }
}

const fieldsOf = (file: AppFile) => ({
  name: file.name,
  mode: file.mode,
  description: file.description,
  icon: { type: file.iconType, value: file.icon, background: file.iconBackground },
})

/** The file under the app's present name, description and icon. What agrees stays as it is written. */
const calledAs = (app: App, file: AppFile): AppFile => {
  const face = file.document.app as ValueObject
  const changes = {
    ...(app.name !== file.name && { name: app.name }),
    ...(app.description !== file.description && { description: app.description }),
    ...(app.icon.type !== null && app.icon.type !== file.iconType && { icon_type: app.icon.type }),
    ...(app.icon.value !== null && app.icon.value !== file.icon && { icon: app.icon.value }),
    ...(app.icon.background !== null &&
      app.icon.background !== file.iconBackground && { icon_background: app.icon.background }),
  }
  if (Object.keys(changes).length === 0) return file
  return { ...file, document: { ...file.document, app: { ...face, ...changes } } }
}

const codeLanguages = (file: AppFile): ReadonlySet<CodeLanguage> =>
  new Set(
    (file.graph?.nodes ?? [])
      .filter((node) => node.data.type === 'code')
      .map((node) => (node.data.code_language === 'javascript' ? 'javascript' : 'python3')),
  )
