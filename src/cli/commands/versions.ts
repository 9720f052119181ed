// `heddle apps publish|versions|diff`: what calls run, what they ran before, and what differs.

import { dataOf, type Schemas } from '../../wire/client/client.ts'
import { type PlaceOptions, withBackend } from '../connect.ts'
import { type ListOptions, oneLine, printList, readList } from '../lists.ts'
import { EXIT, type ExitCode, note, printJson, printLine } from '../output.ts'
import { withPrefix } from './apps.ts'

const ofApp = (id: string) => ({ path: { app_id: withPrefix('app', id) } })

export interface PublishOptions extends PlaceOptions {
  readonly name?: string
  readonly note?: string
}

/** The draft, or an earlier version. */
export const publishCommand = (id: string, versionId: string | undefined, options: PublishOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    if (versionId !== undefined) {
      const path = { ...ofApp(id).path, version_id: withPrefix('ver', versionId) }
      const app = await dataOf(api.POST('/api/apps/{app_id}/versions/{version_id}/publish', { params: { path } }))
      if (options.json) printJson(app)
      else printLine(app.publishedVersionId ?? '')
      return EXIT.ok
    }
    const body = {
      ...(options.name !== undefined && { name: options.name }),
      ...(options.note !== undefined && { note: options.note }),
    }
    const version = await dataOf(api.POST('/api/apps/{app_id}/publish', { params: ofApp(id), body }))
    if (options.json) printJson(version)
    else printLine(`${version.id}  version ${version.number}`)
    return EXIT.ok
  })

export const versionsCommand = (id: string, options: PlaceOptions & ListOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const versions = readList(options.limit, (page) =>
      dataOf(api.GET('/api/apps/{app_id}/versions', { params: { ...ofApp(id), query: page } })),
    )
    await printList(versions, options, (version) => [
      version.id,
      String(version.number),
      version.published ? 'published' : '',
      version.createdAt,
      oneLine(version.name || version.note),
    ])
    return EXIT.ok
  })

export interface DiffOptions extends PlaceOptions {
  readonly from: string
  readonly to: string
}

export const diffCommand = (id: string, options: DiffOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const side = (text: string) => withPrefix('ver', text)
    const query = { from: side(options.from), to: side(options.to) }
    const diff = await dataOf(api.GET('/api/apps/{app_id}/diff', { params: { ...ofApp(id), query } }))
    if (options.json) printJson(diff)
    else printDiff(diff)
    return EXIT.ok
  })

type Diff = Schemas['AppDiff']
type Change = Schemas['Change']

/** `+` came, `-` went, `~` changed; the changes of a thing below it. */
const printDiff = (diff: Diff): void => {
  if (diff.equal) return note('Nothing differs.')
  for (const change of [...diff.app, ...diff.features, ...diff.modelConfig]) printChange(change, '')
  for (const { id, title } of diff.nodes.added) printLine(`+ node ${oneLine(title)} (${id})`)
  for (const { id, title } of diff.nodes.removed) printLine(`- node ${oneLine(title)} (${id})`)
  for (const { id, title, changes } of diff.nodes.changed) {
    printLine(`~ node ${oneLine(title)} (${id})`)
    for (const change of changes) printChange(change, '  ')
  }
  const edge = ({ source, sourceHandle, target }: Diff['edges']['added'][number]) =>
    `${source}.${sourceHandle} → ${target}`
  for (const one of diff.edges.added) printLine(`+ edge ${edge(one)}`)
  for (const one of diff.edges.removed) printLine(`- edge ${edge(one)}`)
  for (const [kind, variables] of Object.entries(diff.variables)) {
    for (const name of variables.added) printLine(`+ ${kind} variable ${oneLine(name)}`)
    for (const name of variables.removed) printLine(`- ${kind} variable ${oneLine(name)}`)
    for (const { name, changes } of variables.changed) {
      printLine(`~ ${kind} variable ${oneLine(name)}`)
      for (const change of changes) printChange(change, '  ')
    }
  }
  if (diff.layout > 0) printLine(`~ layout of ${diff.layout} nodes`)
  if (diff.truncated) note('There are more changes than are listed.')
}

const printChange = ({ path, before, after, secret }: Change, indent: string): void => {
  const show = (value: unknown) => (value === undefined ? '(none)' : oneLine(JSON.stringify(value)))
  printLine(`${indent}~ ${path}: ${secret ? '(secret)' : `${show(before)} → ${show(after)}`}`)
}
