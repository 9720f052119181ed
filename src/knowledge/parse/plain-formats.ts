// Formats that are text already: JSON indented by two, `.properties` as `key: value` lines.

import { parseJson, stringifyJson } from '../../base/json.ts'

/** @throws JsonSyntaxError */
export const renderJson = (text: string): string => stringifyJson(parseJson(text), { indent: 2 })

/** Comments and blank lines stay. The first `=` splits, without one the first `:`. */
export const renderProperties = (text: string): string =>
  text
    .replace(/(?:\r\n|\r|\n)$/, '')
    .split(/\r\n|\r|\n/)
    .map((raw) => {
      const line = raw.trim()
      if (line === '' || line.startsWith('#') || line.startsWith('!')) return line
      const equals = line.indexOf('=')
      const at = equals === -1 ? line.indexOf(':') : equals
      return at === -1 ? `${line}: ` : `${line.slice(0, at).trim()}: ${line.slice(at + 1).trim()}`
    })
    .join('\n')
