// `heddle apps …`: apps of a server or a data folder.

import { writeFileSync } from 'node:fs'
import { messageOf } from '../../base/errors.ts'
import { dataOf, type Schemas } from '../../wire/client/client.ts'
import { ManagementError } from '../../wire/client/errors.ts'
import type { Backend } from '../backend.ts'
import { type PlaceOptions, withBackend } from '../connect.ts'
import { readText } from '../context.ts'
import { type ListOptions, oneLine, printFields, printList, readList } from '../lists.ts'
import { CommandError, EXIT, type ExitCode, note, noteIssues, printJson, printLine } from '../output.ts'

type App = Schemas['App']

/** Ids may be written without their prefix, as the Service API does. */
export const withPrefix = (prefix: string, id: string): string => (/^[0-9a-f-]{36}$/i.test(id) ? `${prefix}_${id}` : id)

const ofApp = (id: string) => ({ path: { app_id: withPrefix('app', id) } })

export interface ListAppsOptions extends PlaceOptions, ListOptions {
  readonly mode?: App['mode']
  readonly search?: string
}

export const listAppsCommand = (options: ListAppsOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const { mode, search } = options
    // The server says which modes there are.
    const filter = {
      ...(mode !== undefined && { mode: [mode as 'workflow'] }),
      ...(search !== undefined && { search }),
    }
    const apps = readList(options.limit, (page) =>
      dataOf(api.GET('/api/apps', { params: { query: { ...page, ...filter } } })),
    )
    await printList(apps, options, (app) => [app.id, app.mode, stateOf(app), oneLine(app.name)])
    return EXIT.ok
  })

const stateOf = (app: App): string =>
  [app.publishedVersionId ? 'published' : 'unpublished', ...(app.hasDraft ? ['draft'] : [])].join('+')

export const showAppCommand = (id: string, options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    printApp(await dataOf(api.GET('/api/apps/{app_id}', { params: ofApp(id) })), options)
    return EXIT.ok
  })

const printApp = (app: App, { json }: PlaceOptions): void => {
  if (json) return printJson(app)
  printFields({
    id: app.id,
    name: app.name,
    mode: app.mode,
    description: app.description,
    state: stateOf(app),
    version: app.publishedVersionId,
    api: app.apiEnabled ? 'open' : 'closed',
    created: app.createdAt,
    updated: app.updatedAt,
  })
}

export interface CreateAppOptions extends PlaceOptions {
  readonly mode: string
  readonly name: string
  readonly description?: string
}

export const createAppCommand = (options: CreateAppOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const { name, description } = options
    const mode = options.mode as 'workflow'
    const body = { mode, name, ...(description !== undefined && { description }) }
    return announce(await dataOf(api.POST('/api/apps', { body })), options)
  })

/** An app that was made: its id first, for scripts. */
const announce = (app: App, { json }: PlaceOptions): ExitCode => {
  if (json) printJson(app)
  else printLine(`${app.id}  ${oneLine(app.name)}`)
  return EXIT.ok
}

export interface ImportOptions extends PlaceOptions {
  readonly name?: string
}

export const importCommand = (paths: readonly string[], options: ImportOptions): Promise<ExitCode> =>
  withBackend(
    options,
    async (backend) => {
      let broken = 0
      for (const path of paths) if (!(await importFile(backend, path, options))) broken++
      return broken > 0 ? EXIT.failed : EXIT.ok
    },
    { makesFolder: true },
  )

const importFile = async ({ api }: Backend, path: string, { name, json }: ImportOptions): Promise<boolean> => {
  const body = { text: readText(path), ...(name !== undefined && { name }) }
  try {
    const { app, report } = await dataOf(api.POST('/api/apps/import', { body }))
    if (json) printJson({ file: path, ok: true, app, report })
    else {
      printLine(`${app.id}  ${oneLine(app.name)}`)
      for (const need of report.needs) note(`  needs ${need.kind} ${need.name}: ${need.message}`)
    }
    return true
  } catch (error) {
    // A broken file must not keep the next one out.
    if (!(error instanceof ManagementError) || error.issues.length === 0) throw error
    if (json) printJson({ file: path, ok: false, issues: error.issues })
    else {
      note(`${path} cannot be imported:`)
      noteIssues(error.issues)
    }
    return false
  }
}

export interface ExportOptions extends PlaceOptions {
  readonly output?: string
  readonly includeSecrets?: boolean
  readonly from?: string
}

export const exportCommand = (id: string, options: ExportOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const params = { ...ofApp(id), query: toSource(options.from ?? 'published') }
    const text = await dataOf(
      options.includeSecrets
        ? api.GET('/api/apps/{app_id}/export-with-secrets', { params, parseAs: 'text' })
        : api.GET('/api/apps/{app_id}/export', { params, parseAs: 'text' }),
    )
    if (options.output !== undefined) writeOut(options.output, text)
    if (options.json)
      printJson({ id, ...(options.output === undefined ? { document: text } : { file: options.output }) })
    else if (options.output === undefined) process.stdout.write(text)
    return EXIT.ok
  })

const toSource = (from: string): { readonly source?: 'draft' | 'published'; readonly versionId?: string } =>
  from === 'draft' || from === 'published' ? { source: from } : { versionId: withPrefix('ver', from) }

const writeOut = (path: string, text: string): void => {
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${messageOf(error)}`)
  }
}

export interface DuplicateOptions extends PlaceOptions {
  readonly name?: string
}

export const duplicateAppCommand = (id: string, options: DuplicateOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const body = { ...(options.name !== undefined && { name: options.name }) }
    return announce(await dataOf(api.POST('/api/apps/{app_id}/duplicate', { params: ofApp(id), body })), options)
  })

export interface DeleteOptions extends PlaceOptions {
  readonly yes?: boolean
}

export const deleteAppCommand = (id: string, options: DeleteOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const app = await dataOf(api.GET('/api/apps/{app_id}', { params: ofApp(id) }))
    if (!options.yes) {
      throw new CommandError(
        `This deletes ${oneLine(app.name)} with its versions, keys, conversations and runs. Say so with --yes.`,
      )
    }
    await dataOf(api.DELETE('/api/apps/{app_id}', { params: ofApp(id) }))
    if (options.json) printJson({ id: app.id, deleted: true })
    else note(`${oneLine(app.name)} is deleted.`)
    return EXIT.ok
  })
