// Finds what Python code imports, and whether it reaches the network, without running it. Reads import statements at every level;
// modules loaded by name at run time are not seen.

import { NETWORK_MODULES, SANDBOX_MODULES, STANDARD_MODULES } from './python-modules.ts'

export interface PythonImport {
  /** Dotted, e.g. `matplotlib.pyplot`. */
  readonly module: string
  /** Names the code may use it by. */
  readonly names: readonly string[]
  /** True for `from module import …`, where the names are members. */
  readonly members: boolean
}

const STRING_OR_COMMENT = /#[^\n]*|"""|'''|"|'/g

/** The code with strings and comments blanked, line continuations joined. */
export const withoutStrings = (code: string): string => {
  let result = ''
  let at = 0
  for (;;) {
    STRING_OR_COMMENT.lastIndex = at
    const match = STRING_OR_COMMENT.exec(code)
    if (match === null) return joinLines(result + code.slice(at))
    result += code.slice(at, match.index)
    at = match[0].startsWith('#') ? STRING_OR_COMMENT.lastIndex : endOfString(code, match.index, match[0])
    if (!match[0].startsWith('#')) result += '""'
  }
}

const joinLines = (code: string): string =>
  code.replace(/\\\r?\n/g, ' ').replace(/\bimport[ \t]*\(([^()]*)\)/g, (_, names: string) => {
    return `import ${names.replace(/\s+/g, ' ')}`
  })

/** Where the string that begins at `start` ends; a string in single quotes ends with its line at the latest. */
const endOfString = (code: string, start: number, quote: string): number => {
  for (let at = start + quote.length; at < code.length; at++) {
    if (code[at] === '\\') at++
    else if (code.startsWith(quote, at)) return at + quote.length
    else if (quote.length === 1 && code[at] === '\n') return at
  }
  return code.length
}

const STATEMENT = /(?:^|[;:])[ \t]*(?:import[ \t]+([^\n;]+)|from[ \t]+([\w.]+)[ \t]+import[ \t]+([^\n;]+))/gm

const importsOf = (blanked: string): readonly PythonImport[] =>
  [...blanked.matchAll(STATEMENT)].flatMap(([, modules, from, members]): readonly PythonImport[] => {
    if (from !== undefined)
      return [{ module: from, names: namesIn(members ?? '').map((name) => name.as), members: true }]
    return namesIn(modules ?? '').map(({ name, as }) => ({ module: name, names: [as], members: false }))
  })

const namesIn = (list: string): readonly { name: string; as: string }[] =>
  list.split(',').flatMap((part) => {
    const [, name, alias] = /^\s*([\w.]+)(?:\s+as\s+(\w+))?/.exec(part) ?? []
    return name === undefined ? [] : [{ name, as: alias ?? name }]
  })

export const findPythonImports = (code: string): readonly PythonImport[] => importsOf(withoutStrings(code))

/** Top-level packages the code imports that are neither in the standard library, nor in the sandbox, nor installed. */
export const missingPythonPackages = (code: string, installed: Iterable<string> = []): readonly string[] => {
  const offered = new Set(installed)
  const names = findPythonImports(code).map(({ module }) => module.split('.', 1)[0] as string)
  const missing = names.filter(
    (name) => name !== '' && !STANDARD_MODULES.has(name) && !SANDBOX_MODULES.has(name) && !offered.has(name),
  )
  return [...new Set(missing)]
}

/** True when the code imports a module that reaches the network and uses it; an import alone calls nobody. */
export const usesNetwork = (code: string): boolean => {
  const blanked = withoutStrings(code)
  const callable = new Set<string>()
  for (const { module, names, members } of importsOf(blanked)) {
    const network = NETWORK_MODULES.some((known) => module === known || module.startsWith(`${known}.`))
    if (members && (network || names.some((name) => NETWORK_MODULES.includes(`${module}.${name}`)))) return true
    if (network) for (const name of names) callable.add(name)
  }
  return [...callable].some((name) =>
    new RegExp(`(?<![\\w.])${name.replaceAll('.', '\\s*\\.\\s*')}\\s*\\.`).test(blanked),
  )
}
