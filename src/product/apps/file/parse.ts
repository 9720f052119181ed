// From text or plain data to a checked app file. Everything that is wrong is reported at once; nothing throws.

import type { Result } from '../../../base/errors.ts'
import { parseJson } from '../../../base/json.ts'
import { isNumber } from '../../../base/number.ts'
import { toPythonText } from '../../../base/python.ts'
import { isObject, type Value, type ValueObject } from '../../../base/value.ts'
import { readDependencies } from './dependencies.ts'
import { takeDocument } from './document.ts'
import { readYaml } from './drivers/yaml.ts'
import { readGraph } from './graph.ts'
import { readInputForm, readStartVariables } from './inputs.ts'
import { findDuplicateKeys } from './json-keys.ts'
import { MAX_BYTES } from './limits.ts'
import { MODEL_CONFIG_PATH, readModelConfig } from './model-config.ts'
import { describe, field, joinPath, Problems } from './problems.ts'
import type { AppFile, AppMode, AppVariable, GraphMode, IconType } from './spec.ts'
import { upgradeGraph } from './upgrade.ts'
import { readVariables } from './variables.ts'
import { CURRENT_VERSION, OLDEST_VERSION, parseVersion, type Version, versionStatus } from './version.ts'

/** Reads an app file from YAML or JSON text of at most 10 MB. */
export const parseAppFile = (text: string): Result<AppFile> => {
  const content = readContent(text)
  return content.ok ? readDocument(content.value, new Problems(), ' (line 1, column 1)') : content
}

/** The data that YAML or JSON text of at most 10 MB says, whatever it is. */
export const readContent = (text: string): Result<Value> => {
  const problems = new Problems()
  const size = Buffer.byteLength(text)
  if (size > MAX_BYTES) {
    problems.add('', 'app/too-large', { size, limit: MAX_BYTES, place: '' })
    return { ok: false, issues: problems.issues }
  }
  const source = text.startsWith('\ufeff') ? text.slice(1) : text
  const json = readJson(source, problems)
  return problems.any ? { ok: false, issues: problems.issues } : (json ?? readYaml(source))
}

/** Reads an app file that is plain data already, such as the body of a request. */
export const readAppFile = (data: unknown): Result<AppFile> => readDocument(data, new Problems(), '')

/** The content of JSON text; undefined when it is none, so that YAML, which looks alike, has its turn. */
const readJson = (text: string, problems: Problems): Result<Value> | undefined => {
  if (!/^\s*\{/.test(text)) return undefined
  try {
    const value = parseJson(text)
    for (const { path, key } of findDuplicateKeys(text)) problems.add(path, 'app/duplicate-key', { key, place: '' })
    return { ok: true, value }
  } catch {
    return undefined
  }
}

const readDocument = (data: unknown, problems: Problems, place: string): Result<AppFile> => {
  const document = takeDocument(data, problems)
  if (!isObject(document)) {
    if (!problems.any) problems.add('', 'app/not-a-map', { found: describe(document), place })
    return { ok: false, issues: problems.issues }
  }
  if (problems.any) return { ok: false, issues: problems.issues }
  const file = readApp(document, problems)
  return problems.any || file === undefined ? { ok: false, issues: problems.issues } : { ok: true, value: file }
}

const readApp = (document: ValueObject, problems: Problems): AppFile | undefined => {
  const { version, text } = readVersion(field(document, 'version'), problems)
  const kind = field(document, 'kind')
  if (kind !== undefined && kind !== 'app') {
    problems.warn('kind', 'app/kind-not-app', { kind: typeof kind === 'string' ? kind : describe(kind) })
  }
  const app = problems.map(field(document, 'app'), 'app')
  const mode = app === undefined ? undefined : readMode(app, problems)
  const face = app === undefined ? undefined : readFace(app, problems)
  const body = mode === undefined ? undefined : readBody(document, mode, problems)
  if (mode === undefined || face === undefined || body === undefined) return undefined
  const dependencies = readDependencies(field(document, 'dependencies'), { version, ...body }, problems)
  return Object.freeze({
    document,
    version: text,
    versionStatus: versionStatus(version),
    mode,
    ...face,
    ...body,
    dependencies,
    warnings: problems.warnings,
  })
}

// ---- version and mode

const readVersion = (value: Value | undefined, problems: Problems): { version: Version; text: string } => {
  const oldest = { version: parseVersion(OLDEST_VERSION) as Version, text: OLDEST_VERSION }
  if (value === undefined || value === null || value === '') return oldest
  if (typeof value !== 'string') {
    const example = isNumber(value) ? toPythonText(value) : CURRENT_VERSION
    problems.add('version', 'app/version-not-text', { example })
    return oldest
  }
  const version = parseVersion(value)
  if (version === undefined) {
    problems.add('version', 'app/version-unreadable', { version: value.slice(0, 80) })
    return oldest
  }
  const status = versionStatus(version)
  if (status !== 'current') {
    const code = status === 'newer' ? 'app/version-newer' : 'app/version-older'
    problems.warn('version', code, { version: value, supported: CURRENT_VERSION })
  }
  return { version, text: value }
}

const MODES: readonly AppMode[] = ['workflow', 'advanced-chat', 'chat', 'agent-chat', 'completion']
const isGraphMode = (mode: AppMode): mode is GraphMode => mode === 'workflow' || mode === 'advanced-chat'

const readMode = (app: ValueObject, problems: Problems): AppMode | undefined => {
  const path = joinPath('app', 'mode')
  const text = problems.text(field(app, 'mode'), path)
  const mode = MODES.find((known) => known === text)
  if (text !== undefined && mode === undefined) {
    problems.add(path, 'app/mode-unknown', { mode: text.slice(0, 80), known: MODES.join(', ') })
  }
  return mode
}

// ---- name and looks

const ICON_TYPES: readonly IconType[] = ['emoji', 'image', 'link']

const readFace = (app: ValueObject, problems: Problems) => {
  const text = (key: string, fallback = ''): string =>
    readText(field(app, key), joinPath('app', key), fallback, problems)
  const type = text('icon_type', 'emoji')
  const iconType = ICON_TYPES.find((known) => known === type)
  if (iconType === undefined) problems.warn(joinPath('app', 'icon_type'), 'app/icon-type-unknown', { type })
  return {
    name: text('name'),
    description: text('description'),
    icon: text('icon'),
    iconType: iconType ?? 'emoji',
    iconBackground: text('icon_background', '#FFFFFF'),
    useIconAsAnswerIcon: field(app, 'use_icon_as_answer_icon') === true,
  }
}

/** Words without quotes may have become numbers or booleans; a name is a text all the same. */
const readText = (value: Value | undefined, path: string, fallback: string, problems: Problems): string => {
  if (value === undefined || value === null) return fallback
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || isNumber(value)) return toPythonText(value)
  problems.add(path, 'app/wrong-type', { expected: 'a text', found: describe(value) })
  return fallback
}

// ---- the app itself

type Body = Pick<
  AppFile,
  'graph' | 'rootNodeId' | 'environment' | 'conversation' | 'startVariables' | 'features' | 'modelConfig'
>

const readBody = (document: ValueObject, mode: AppMode, problems: Problems): Body | undefined => {
  if (isGraphMode(mode)) {
    const workflow = problems.map(field(document, 'workflow'), 'workflow')
    return workflow === undefined ? undefined : readWorkflow(workflow, mode, problems)
  }
  const settings = problems.map(field(document, MODEL_CONFIG_PATH), MODEL_CONFIG_PATH)
  return settings === undefined ? undefined : readBasicApp(settings, mode, problems)
}

const readWorkflow = (workflow: ValueObject, mode: GraphMode, problems: Problems): Body | undefined => {
  const read = readGraph(field(workflow, 'graph'), problems)
  const variables = (key: string): readonly AppVariable[] =>
    readVariables(field(workflow, key), joinPath('workflow', key), problems)
  const environment = variables('environment_variables')
  const conversation = variables('conversation_variables')
  const features = problems.optionalMap(field(workflow, 'features'), joinPath('workflow', 'features'))
  if (read?.root === undefined) return undefined
  const { graph, root } = read
  const declared = root.data.type === 'start' ? (root.data.variables as Value | undefined) : undefined
  return {
    graph: upgradeGraph(graph, mode),
    rootNodeId: root.id,
    environment,
    conversation,
    startVariables: readStartVariables(declared, `${root.path}.data.variables`, problems),
    features,
  }
}

// The keys of `model_config` that are features of the app rather than settings of its model.
const FEATURES = [
  'opening_statement',
  'suggested_questions',
  'suggested_questions_after_answer',
  'speech_to_text',
  'text_to_speech',
  'retriever_resource',
  'annotation_reply',
  'more_like_this',
  'sensitive_word_avoidance',
  'file_upload',
]

const readBasicApp = (settings: ValueObject, mode: AppMode, problems: Problems): Body => {
  const features = FEATURES.flatMap((key) => {
    const value = field(settings, key)
    return value === undefined ? [] : [[key, value] as const]
  })
  const form = joinPath(MODEL_CONFIG_PATH, 'user_input_form')
  return {
    environment: Object.freeze([]),
    conversation: Object.freeze([]),
    startVariables: readInputForm(field(settings, 'user_input_form'), form, problems),
    features: Object.freeze(Object.fromEntries(features)),
    modelConfig: readModelConfig(settings, mode, problems),
  }
}
