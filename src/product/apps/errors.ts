// Failures of app files and apps. Most reach users as issues, several at once; `appIssue` gives them their text.

import { type ErrorCatalogue, type ErrorOptions, type Issue, PlatformError } from '../../base/errors.ts'

export const appErrors = {
  'app/too-large': 'The file has {size} bytes; at most {limit} are read.',
  'app/too-many-problems': 'There are more problems; only the first {limit} are listed.',
  'app/yaml-syntax': 'The YAML is broken at line {line}, column {column}: {reason}',
  'app/yaml-character': 'The character {character} at line {line}, column {column} is not allowed in a text file.',
  'app/yaml-tag': 'The YAML tag {tag} at line {line}, column {column} is not supported.',
  'app/yaml-alias': 'The alias *{name} at line {line}, column {column} {reason}.',
  'app/yaml-key': 'The key at line {line}, column {column} is not a plain text.',
  'app/duplicate-key': 'The key {key} is given twice{place}.',
  'app/too-deep': 'The content is nested deeper than {limit} levels{place}.',
  'app/too-many-values': 'The file has more than {limit} pieces; reading stopped at line {line}, column {column}.',
  'app/not-data': 'This is not plain data: {found}.',
  'app/not-a-map': 'The file must be a map with the keys app and workflow or model_config, but it is {found}{place}.',
  'app/missing': '{path} is missing.',
  'app/wrong-type': '{path} must be {expected}, but it is {found}.',
  'app/version-not-text': 'version must be a text such as "{example}"; without quotes YAML reads it as a number.',
  'app/version-unreadable': '"{version}" is not a version.',
  'app/version-older':
    'The file has version {version}; {supported} is current. Settings of old versions are upgraded for running.',
  'app/version-newer': 'The file has version {version}, newer than {supported}. Newer settings may be ignored.',
  'app/kind-not-app': 'kind is "{kind}"; the file is read as an app.',
  'app/mode-unknown': '"{mode}" is not a mode of apps: {known}.',
  'app/icon-type-unknown': '"{type}" is not a type of icons; the icon is read as an emoji.',
  'app/node-id': 'The id of the node must be a text that is not empty; found {found}. Quote numbers.',
  'app/node-duplicate': 'The id {id} is used by two nodes: here and at {other}.',
  'app/node-type': 'The node {id} has no type.',
  'app/edge-dangling': 'The edge {edge} names the node {node} as its {end}, which does not exist.',
  'app/edge-ignored': 'The edge is ignored: its {end} is not a text.',
  'app/no-root': 'The graph has no node to start from: a start node or a trigger.',
  'app/variable-name': 'The variable needs a name.',
  'app/variable-name-invalid':
    '"{name}" is not a name for a variable: 1 to 100 letters, digits, underscores or emoji, no digit first.',
  'app/variable-duplicate': 'The variable {name} is declared twice.',
  'app/variable-type': 'The variable {name} has the type {type}, which is not supported here.',
  'app/variable-type-missing': 'The variable {name} needs a type.',
  'app/variable-value-missing': 'The variable {name} needs a value.',
  'app/variable-value': 'The variable {name} is declared as {type}, but its value is {found}.',
  'app/variable-too-large': 'The value of the variable {name} has {size} bytes; at most {limit} are allowed.',
  'app/input-form': 'Each entry of the form must be a map with one key that names its type.',
  'app/input-type': '"{type}" is not a type of inputs: {known}.',
  'app/input-default': 'The default of {name} is not one of its options.',
  'app/dependency-ignored': 'The dependency is ignored: it names no plugin.',
  'app/prompt-too-long': 'The prompt has {count} messages; at most {limit} are allowed.',
  'app/query-variable-missing': 'A completion app with knowledge must name the input that is the question.',
  'app/key-in-file': 'The key for {host} stands in the file itself. Anyone who gets the file can use it.',
  'app/dataset-unreadable':
    'The knowledge base is written in a form only its first owner can read. Choose another one.',
  'app/cycle': 'The nodes {nodes} form a circle: they wait for each other and would never run.',
  'app/not-found': 'There is no such app.',
  'app/not-published': 'The app has no published version.',
  'app/version-not-found': 'The app has no such version.',
  'app/unusable': 'The stored app file cannot be used: {reason}',
  'app/invalid-file': 'The app file cannot be used; it has {count} problems. The first: {reason}',
  'app/not-runnable': 'The draft cannot run yet; it has {count} problems. The first: {reason}',
  'app/unmet-need': '{title}: {reason}',
  'app/other-mode': 'The app has the mode {mode}; a draft cannot make it {other}.',
  'app/draft-changed': 'Somebody changed the draft since it was read. Read it again.',
  'app/nothing-to-publish': 'There is no draft that differs from the published version.',
  'app/api-disabled': 'The API of this app is switched off.',
} as const satisfies ErrorCatalogue

export type AppErrorCode = keyof typeof appErrors

export class AppError extends PlatformError<AppErrorCode> {
  constructor(code: AppErrorCode, options?: ErrorOptions) {
    super(code, appErrors[code], options)
  }
}

// Names come from files; a message stays readable whatever they are.
const LONGEST_DETAIL = 200

const shorten = (detail: unknown): unknown =>
  typeof detail === 'string' && detail.length > LONGEST_DETAIL ? `${detail.slice(0, LONGEST_DETAIL)}…` : detail

/** An issue with the message of its code. `path` is also a detail. */
export const appIssue = (path: string, code: AppErrorCode, details: Readonly<Record<string, unknown>> = {}): Issue => {
  const shown = Object.entries({ path, ...details }).map(([name, detail]) => [name, shorten(detail)] as const)
  return Object.freeze({ path, code, message: new AppError(code, { details: Object.fromEntries(shown) }).message })
}

/** Details of a failure that carries issues: `app/invalid-file`, `app/not-runnable`. */
export const issueDetails = (issues: readonly Issue[]) => ({
  count: issues.length,
  reason: issues[0]?.message ?? '',
  issues,
})
