// Routers in the configuration: in heddle.yaml itself, below `gateway.routers`, and in the files that `gateway.routerFiles` names.
// All of them are one set: names are unique over all files, and a router may hand over to one of another file.

import { z } from 'zod'
import type { Issue } from './base/errors.ts'
import { isObject } from './base/value.ts'
import { OFFLINE_PROVIDER, type Providers, servesName } from './config-models.ts'
import { checkRouters } from './model/route/compile.ts'
import { parseRouter, type RouterDefinition, routerDefinition, routerName } from './model/route/definition.ts'
import { routeIssue } from './model/route/errors.ts'

export const routersSchema = z.record(routerName, routerDefinition).default({})
export const routerFilesSchema = z.array(z.string().trim().min(1).max(500)).max(100).default([])

/** A file that `routerFiles` names, parsed. */
export interface RouterFile {
  /** Relative to heddle.yaml. */
  readonly path: string
  readonly content: unknown
}

/** What the files hold, each name by its file. */
export interface FiledRouters {
  readonly owners: ReadonlyMap<string, RouterFile>
  /** Without those that cannot be read. */
  readonly definitions: ReadonlyMap<string, RouterDefinition>
}

type Report = (issue: Issue) => void

/** @param report takes every problem, with the path of its file as the place */
export const readRouterFiles = (files: readonly RouterFile[], report: Report): FiledRouters => {
  const owners = new Map<string, RouterFile>()
  const definitions = new Map<string, RouterDefinition>()
  for (const file of files) {
    const reportHere: Report = (issue) => report({ ...issue, place: file.path })
    for (const [name, given] of routersIn(file, reportHere)) {
      const path = `routers.${name}`
      if (owners.has(name)) {
        reportHere(routeIssue(path, 'route/duplicate-name', { name }))
        continue
      }
      owners.set(name, file)
      const read = parseRouter(given, path)
      if (read.ok) definitions.set(name, read.value)
      else for (const issue of read.issues) reportHere(issue)
    }
  }
  return { owners, definitions }
}

export interface RouterParts {
  /** Of heddle.yaml. */
  readonly routers: Readonly<Record<string, RouterDefinition>>
  readonly filed: FiledRouters
  readonly providers: Providers
  /** Names that routes may use. */
  readonly panels: readonly string[]
  readonly stages: readonly string[]
}

/** Every router of all files. @param report takes what is wrong with them as a whole */
export const joinRouters = (parts: RouterParts, report: Report): Readonly<Record<string, RouterDefinition>> => {
  const { owners } = parts.filed
  const reportOf = (name: string, issue: Issue): void => {
    const file = owners.get(name)
    report(file ? { ...issue, place: file.path } : issue)
  }
  const definitions = new Map(parts.filed.definitions)
  for (const [name, definition] of Object.entries(parts.routers)) {
    if (owners.has(name)) reportOf(name, routeIssue(`routers.${name}`, 'route/duplicate-name', { name }))
    else definitions.set(name, definition)
  }
  const known = {
    whyNoTarget: (id: string) => whyNoTarget(id, parts.providers),
    hasPanel: (name: string) => parts.panels.includes(name),
    hasStage: (name: string) => parts.stages.includes(name),
    // One that cannot be read exists all the same: it is reported itself.
    hasRouter: (name: string) => owners.has(name) || Object.hasOwn(parts.routers, name),
  }
  const placeOf = (name: string): string => (owners.has(name) ? `routers.${name}` : `gateway.routers.${name}`)
  for (const [name, issues] of checkRouters(definitions, known, placeOf)) {
    for (const issue of issues) reportOf(name, issue)
  }
  return Object.fromEntries(definitions)
}

const routersIn = ({ content }: RouterFile, report: Report): readonly (readonly [string, unknown])[] => {
  const invalid = (path: string, reason: string) => report(routeIssue(path, 'route/invalid', { reason }))
  if (content === null || content === undefined) return []
  if (!isObject(content)) {
    invalid('', 'The file must be a map with routers.')
    return []
  }
  for (const key of Object.keys(content)) if (key !== 'routers') report(routeIssue(key, 'route/unknown-key', { key }))
  const { routers = {} } = content
  if (!isObject(routers)) {
    invalid('routers', 'must be a map: the name of each router and what it does')
    return []
  }
  return Object.entries(routers).filter(([name]) => {
    const named = routerName.safeParse(name)
    if (!named.success) invalid(`routers.${name}`, `The name ${named.error.issues[0]?.message}.`)
    return named.success
  })
}

/** Undefined when a provider of the configuration serves it. */
export const whyNoTarget = (id: string, providers: Providers): string | undefined => {
  const cut = id.indexOf('/')
  const [provider, model] = [id.slice(0, cut), id.slice(cut + 1)]
  if (provider !== OFFLINE_PROVIDER && !Object.hasOwn(providers, provider)) {
    return `there is no provider ${provider}; there are: ${[OFFLINE_PROVIDER, ...Object.keys(providers)].join(', ')}`
  }
  return servesName({ provider, name: model }, providers)
    ? undefined
    : `the provider ${provider} has no model ${model} in its list`
}
