// Writes an app file as YAML. Everything the file says is kept, but secrets and what only one installation can use.

import { isList, isObject, setOwn, type Value, type ValueObject } from '../../../base/value.ts'
import { field } from './problems.ts'
import type { AppFile } from './spec.ts'
import { writeYaml } from './yaml-text.ts'

export interface WriteOptions {
  /** Writes secret variables in plain text instead of `''`. Default false. */
  readonly includeSecrets?: boolean
}

/** Canonical YAML text: keys in the file's order, block style, the same text for the same content. */
export const writeAppFile = (file: AppFile, options: WriteOptions = {}): string =>
  writeYaml(exportDocument(file.document, options))

/** The document as it leaves the house. Removed: credential ids of tools, addresses and subscriptions of triggers,
 *  uploaded files as defaults of inputs, and, unless included, the values of secret variables. */
export const exportDocument = (document: ValueObject, options: WriteOptions = {}): ValueObject => {
  const secrets = options.includeSecrets === true ? document : mapSecrets(document, () => '')
  return change(secrets, {
    workflow: inMap({ graph: inMap({ nodes: inList(inMap({ data: exportNodeData })) }) }),
    model_config: inMap({ agent_mode: inMap({ tools: inList(withoutCredential) }) }),
  })
}

/** The document with another text for each secret variable. */
export const mapSecrets = (document: ValueObject, to: (secret: string) => string): ValueObject => {
  const secret: Change = (value) =>
    isObject(value) && field(value, 'value_type') === 'secret'
      ? change(value, { value: (text) => (typeof text === 'string' ? to(text) : text) })
      : value
  const variables = inList(secret)
  return change(document, {
    workflow: inMap({ environment_variables: variables, conversation_variables: variables }),
  })
}

type Change = (value: Value) => Value

/** The map with some of its fields changed; the same map when nothing changes. */
const change = (map: ValueObject, changes: Readonly<Record<string, Change>>): ValueObject => {
  let copy: ValueObject | undefined
  for (const [key, apply] of Object.entries(changes)) {
    const value = field(map, key)
    if (value === undefined) continue
    const changed = apply(value)
    if (changed === value) continue
    copy ??= { ...map }
    setOwn(copy, key, changed)
  }
  return copy ?? map
}

const inMap =
  (changes: Readonly<Record<string, Change>>): Change =>
  (value) =>
    isObject(value) ? change(value, changes) : value

const inList =
  (apply: Change): Change =>
  (value) => {
    if (!isList(value)) return value
    const changed = value.map(apply)
    return changed.every((item, index) => item === value[index]) ? value : changed
  }

const without = (map: ValueObject, key: string): ValueObject => {
  if (field(map, key) === undefined) return map
  const { [key]: _, ...rest } = map
  return rest
}

const withoutCredential: Change = (value) => (isObject(value) ? without(value, 'credential_id') : value)

const exportNodeData: Change = (value) => {
  if (!isObject(value)) return value
  switch (field(value, 'type')) {
    case 'tool':
      return without(value, 'credential_id')
    case 'agent':
      return change(value, { agent_parameters: exportAgentParameters })
    case 'trigger-webhook':
      return change(value, { webhook_url: () => '', webhook_debug_url: () => '' })
    case 'trigger-plugin':
      return change(value, { subscription_id: () => '' })
    case 'start':
      return change(value, { variables: inList(withoutUploads) })
    default:
      return value
  }
}

/** Tools are lists under any parameter name: `{tools: {type: constant, value: […]}}`. */
const exportAgentParameters: Change = (parameters) => {
  if (!isObject(parameters)) return parameters
  const parameter = inMap({
    value: (value) => (isList(value) ? inList(withoutCredential)(value) : withoutCredential(value)),
  })
  return change(parameters, Object.fromEntries(Object.keys(parameters).map((name) => [name, parameter])))
}

const withoutUploads: Change = (variable) => {
  if (!isObject(variable)) return variable
  const type = field(variable, 'type')
  const preset = field(variable, 'default')
  if ((type !== 'file' && type !== 'file-list') || preset === undefined) return variable
  const files = isList(preset) ? preset : [preset]
  const uploaded = (file: Value) => isObject(file) && field(file, 'transfer_method') === 'local_file'
  return files.some(uploaded) ? without(variable, 'default') : variable
}
