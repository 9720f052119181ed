// A YAML file as data, and the line where a path of it stands.

import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { messageOf, type Result } from '../base/errors.ts'
import { configIssue } from '../config.ts'

export interface YamlFile {
  /** As messages call it. */
  readonly name: string
  /** Undefined or null when there is nothing in it. */
  readonly content: unknown
  /** From 1. Of the path, or of what stands nearest above it. @param path `a.b[0].c` */
  lineOf(path: string): number
}

export const readYaml = (name: string, text: string): Result<YamlFile> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true, stringKeys: true, lineCounter: lines })
  const broken = (reason: string, line: number) => ({
    ...configIssue('', 'config/yaml-syntax', { file: name, reason }),
    place: `${name}:${line}`,
  })
  if (document.errors.length > 0) {
    const issues = document.errors.map((error) =>
      broken(error.message.split('\n')[0] ?? '', lines.linePos(error.pos[0]).line),
    )
    return { ok: false, issues }
  }
  try {
    // Refuses aliases that multiply beyond measure or point nowhere.
    const content: unknown = document.toJS({ maxAliasCount: 100 })
    const lineOf = (path: string): number => lines.linePos(offsetOf(document.contents, path)).line
    return { ok: true, value: { name, content, lineOf } }
  } catch (error) {
    return { ok: false, issues: [broken(messageOf(error), 1)] }
  }
}

const offsetOf = (root: Node | null, path: string): number => {
  let node = root as unknown
  let offset = startOf(node)
  for (let rest = path; rest !== ''; ) {
    const next = isMap(node) ? stepIntoMap(node.items, rest) : isSeq(node) ? stepIntoList(node.items, rest) : undefined
    if (!next) break
    offset = next.offset
    node = next.node
    rest = rest.slice(next.length).replace(/^\./, '')
  }
  return offset
}

interface Step {
  readonly node: unknown
  readonly offset: number
  /** Of the path, what was walked. */
  readonly length: number
}

/** Keys may hold dots and brackets: the longest that fits is the one. */
const stepIntoMap = (pairs: readonly { readonly key: unknown; readonly value: unknown }[], rest: string) =>
  pairs
    .flatMap(({ key, value }): readonly Step[] => {
      const name = isScalar(key) ? String(key.value) : ''
      const fits = name !== '' && rest.startsWith(name) && /^($|[.[])/.test(rest.slice(name.length))
      return fits ? [{ node: value, offset: startOf(key), length: name.length }] : []
    })
    .sort((a, b) => b.length - a.length)[0]

const stepIntoList = (items: readonly unknown[], rest: string): Step | undefined => {
  const [written = '', index] = /^\[(\d+)\]/.exec(rest) ?? []
  const node = index === undefined ? undefined : items[Number(index)]
  return node === undefined ? undefined : { node, offset: startOf(node), length: written.length }
}

const startOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0
