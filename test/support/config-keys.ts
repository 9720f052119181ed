// The settings that exist, read off the schema's own text, and their defaults.

import ts from 'typescript'
import { type Config, parseConfig } from '../../src/config.ts'

/** Dotted keys of all settings; those of a provider stand below `providers.NAME`. */
export const configKeys = (schemaText: string): readonly string[] => {
  const source = ts.createSourceFile('config.ts', schemaText, ts.ScriptTarget.Latest, true)
  const declared = new Map<string, ts.Expression>()
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && initializer) declared.set(name.text, initializer)
    }
  }
  const keysOf = (node: ts.Node, place: string): string[] => {
    if (ts.isObjectLiteralExpression(node)) return node.properties.flatMap((property) => ofProperty(property, place))
    const inner: string[] = []
    ts.forEachChild(node, (child) => {
      inner.push(...keysOf(child, place))
    })
    return inner
  }
  const ofProperty = (property: ts.ObjectLiteralElementLike, place: string): string[] => {
    if (ts.isSpreadAssignment(property)) return keysOf(declared.get(property.expression.getText()) ?? property, place)
    if (!ts.isPropertyAssignment(property)) return []
    const key = `${place}${place && '.'}${property.name.getText()}`
    const schema = ofSchema(property.initializer, key)
    return schema.length > 0 ? schema : [key]
  }
  /** Keys inside a setting: those of a `strictObject`, or of a provider or model declared above. */
  const ofSchema = (node: ts.Expression, key: string): string[] => {
    // A part that stands in a file of its own.
    const part = ts.isIdentifier(node) ? declared.get(node.text) : undefined
    if (part) return ofSchema(part, key)
    const text = node.getText()
    const named = [...declared.keys()].find((name) => new RegExp(`\\((name, )?${name}\\)`).test(text))
    if (named === 'provider') return keysOf(declared.get('provider') as ts.Node, `${key}.NAME`)
    if (named === 'model') return [key, ...keysOf(declared.get('model') as ts.Node, `${key}[]`)]
    return text.includes('strictObject') ? keysOf(node, key) : []
  }
  return [...new Set(keysOf(declared.get('schema') as ts.Node, ''))].filter((key) => !key.endsWith('.error'))
}

/** Defaults of those keys that have one, as the documents write them. */
export const defaultsOf = (keys: readonly string[]): Readonly<Record<string, string>> => {
  const parsed = parseConfig({ file: undefined, environment: {} })
  if (!parsed.ok) throw new Error('the defaults are broken')
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = key
        .split('.')
        .reduce<unknown>((part, name) => (part as Record<string, unknown>)?.[name], parsed.value)
      return value === undefined ? [] : [[key, show(key, value, parsed.value)]]
    }),
  )
}

const show = (key: string, value: unknown, { models }: Config): string => {
  if (key === 'models.default' || key === 'models.embedding' || key === 'models.rerank') {
    const { provider, name } = models[key.slice('models.'.length) as 'default' | 'embedding' | 'rerank']
    return `${provider}/${name}`
  }
  return typeof value === 'string' ? value : JSON.stringify(value)
}
