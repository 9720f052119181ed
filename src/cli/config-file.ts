// Finds and reads the configuration: heddle.yaml and the files with routers that it names. What they mean, src/config.ts knows;
// this says in which line of which file a problem stands.

import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { messageOf, type Result } from '../base/errors.ts'
import { isList, isObject, own } from '../base/value.ts'
import { type Config, configIssue, type Environment, parseConfig } from '../config.ts'
import { readYaml, type YamlFile } from './yaml-file.ts'

export const CONFIG_FILE = 'heddle.yaml'

export interface ConfigFileOptions {
  /** Given by the user: this file must exist. Without it `heddle.yaml` is read if it is there. */
  readonly path?: string
  /** Folder in which `heddle.yaml` is looked for. */
  readonly folder: string
  readonly environment: Environment
  /** Where the file is read again: the providers that stay. */
  readonly providersInForce?: Config['providers']
}

export const loadConfig = (options: ConfigFileOptions): Result<Config> => readConfigFiles(options).result

export interface ReadConfig {
  readonly result: Result<Config>
  /** What the result depends on: paths of files, which need not exist, and patterns with `*` in the name. */
  readonly sources: readonly string[]
}

export const readConfigFiles = (options: ConfigFileOptions): ReadConfig => {
  const { environment, providersInForce } = options
  const path = options.path ?? join(options.folder, CONFIG_FILE)
  const main = readMain(path, options.path !== undefined)
  if (!main.ok) return { result: main, sources: [path] }
  const folder = dirname(path)
  const patterns = patternsIn(main.value?.content)
  const files = patterns.flatMap((pattern) => readPattern(folder, pattern))
  const sources = [path, ...patterns.map((pattern) => inFolder(folder, pattern))]
  const broken = files.flatMap((file) => (file.ok ? [] : file.issues))
  const read = files.flatMap((file) => (file.ok ? [file.value] : []))
  const parsed = parseConfig({
    file: main.value?.content,
    environment,
    routerFiles: read.map(({ name, content }) => ({ path: name, content })),
    ...(providersInForce && { providersInForce }),
  })
  if (parsed.ok && broken.length === 0) return { result: parsed, sources }
  const byName = new Map(read.map((file) => [file.name, file]))
  const issues = parsed.ok ? [] : parsed.issues
  const placed = issues.map((issue) => {
    const file = issue.place === undefined ? main.value : byName.get(issue.place)
    return file ? { ...issue, place: `${file.name}:${file.lineOf(issue.path)}` } : issue
  })
  return { result: { ok: false, issues: [...broken, ...placed] }, sources }
}

/** @param isWanted false: a file that is not there is none */
const readMain = (path: string, isWanted: boolean): Result<YamlFile | undefined> => {
  try {
    return readYaml(basename(path), readFileSync(path, 'utf8'))
  } catch (error) {
    if (!isWanted && (error as NodeJS.ErrnoException).code === 'ENOENT') return { ok: true, value: undefined }
    return { ok: false, issues: [configIssue('', 'config/unreadable', { file: path, reason: messageOf(error) })] }
  }
}

/** Of a file that is checked only later: what is no list of texts is reported then. */
const patternsIn = (content: unknown): readonly string[] => {
  const gateway = isObject(content) ? own(content, 'gateway') : undefined
  const patterns = isObject(gateway) ? own(gateway, 'routerFiles') : undefined
  return isList(patterns) ? patterns.filter((pattern) => typeof pattern === 'string').slice(0, MOST_PATTERNS) : []
}

const MOST_PATTERNS = 100
/** Files of one pattern. */
const MOST_FILES = 1_000

const inFolder = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path))

const readPattern = (folder: string, pattern: string): readonly Result<YamlFile>[] => {
  const unreadable = (error: unknown): Result<YamlFile> => {
    const issue = configIssue('gateway.routerFiles', 'config/unreadable', { file: pattern, reason: messageOf(error) })
    return { ok: false, issues: [{ ...issue, place: pattern }] }
  }
  const read = (name: string): Result<YamlFile> => {
    try {
      return readYaml(name, readFileSync(inFolder(folder, name), 'utf8'))
    } catch (error) {
      return unreadable(error)
    }
  }
  if (!pattern.includes('*')) return [read(pattern)]
  try {
    const names = readdirSync(inFolder(folder, dirname(pattern))).filter(matchName(basename(pattern)))
    return names
      .sort()
      .slice(0, MOST_FILES)
      .map((name) => read(join(dirname(pattern), name)))
  } catch (error) {
    return [unreadable(error)]
  }
}

export interface CheckedFile {
  readonly result: Result<Config>
  /** Of the routers in the file. */
  readonly names: readonly string[]
}

/** What is wrong with one file of routers, among everything else that is configured. Routers of its names elsewhere do not count. */
export const checkRouterFile = (file: string, options: ConfigFileOptions): CheckedFile => {
  const text = readFileSync(file, 'utf8')
  const read = readYaml(file, text)
  if (!read.ok) return { result: read, names: [] }
  const names = namesIn(read.value.content)
  const path = options.path ?? join(options.folder, CONFIG_FILE)
  const main = readMain(path, options.path !== undefined)
  if (!main.ok) return { result: main, names }
  const content = main.value?.content
  const others = patternsIn(content).flatMap((pattern) => readPattern(dirname(path), pattern))
  const parsed = parseConfig({
    file: withoutRouters(content, names, ['gateway', 'routers']),
    environment: options.environment,
    routerFiles: [
      ...others.flatMap((other) =>
        other.ok ? [{ path: other.value.name, content: withoutRouters(other.value.content, names, ['routers']) }] : [],
      ),
      { path: OWN_PLACE, content: read.value.content },
    ],
  })
  if (parsed.ok) return { result: parsed, names }
  const issues = parsed.issues.map((issue) => {
    const isOwn = issue.place === OWN_PLACE
    return isOwn ? { ...issue, place: `${file}:${read.value.lineOf(issue.path)}` } : issue
  })
  return { result: { ok: false, issues }, names }
}

/** No other file has an empty name. */
const OWN_PLACE = ''

const namesIn = (content: unknown): readonly string[] => {
  const routers = isObject(content) ? own(content, 'routers') : undefined
  return isObject(routers) ? Object.keys(routers) : []
}

const withoutRouters = (content: unknown, names: readonly string[], [key, ...keys]: readonly string[]): unknown => {
  if (!isObject(content)) return content
  if (key === undefined) return Object.fromEntries(Object.entries(content).filter(([name]) => !names.includes(name)))
  const inner = own(content, key)
  return inner === undefined ? content : { ...content, [key]: withoutRouters(inner, names, keys) }
}

/** Whether a name of a file fits, where `*` stands for any characters. */
export const matchName = (pattern: string): ((name: string) => boolean) => {
  const pieces = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const regex = new RegExp(`^${pieces.join('[^/]*')}$`)
  return (name) => regex.test(name)
}
