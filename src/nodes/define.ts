// Declares a node kind from a zod schema of its settings; every problem of the settings is reported with its place.

import { z } from 'zod'
import type { Issue } from '../base/errors.ts'
import { Float, toNumber } from '../base/number.ts'
import type { CompileContext, GraphNode, NodeBody, NodeRole, Selector } from '../flow/spec.ts'
import type { Kind, NodeServices } from './spec.ts'

interface Definition<Schema extends z.ZodType> {
  readonly types: readonly string[]
  readonly role: NodeRole
  readonly retryable?: boolean
  readonly pauses?: boolean
  /** Settings as the app file has them. Unknown keys are allowed and ignored. */
  readonly settings: Schema
  /** Prepares the body. Throw nothing for users' mistakes: return issues made by `context.issue`. */
  readonly compile: (
    settings: z.output<Schema>,
    context: CompileContext,
    node: GraphNode,
  ) => NodeBody<NodeServices> | { readonly issues: readonly Issue[] }
}

export const defineKind = <Schema extends z.ZodType>(definition: Definition<Schema>): Kind => ({
  types: definition.types,
  role: definition.role,
  retryable: definition.retryable ?? false,
  pauses: definition.pauses ?? false,
  compile(node, context) {
    const parsed = definition.settings.safeParse(node.data)
    if (!parsed.success) {
      const issues = parsed.error.issues.map((issue) =>
        context.issue(formatPath(issue.path), 'flow/invalid-graph', issue.message),
      )
      return { ok: false, issues }
    }
    const body = definition.compile(parsed.data, context, node)
    return 'issues' in body ? { ok: false, issues: body.issues } : { ok: true, value: body }
  },
})

const formatPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  )

/** A variable selector; null and absence read as empty. */
export const selectorField = z
  .array(z.string())
  .nullish()
  .transform((selector): Selector => selector ?? [])

/** A number written as integer or float. */
export const numberField = z.union([z.number(), z.instanceof(Float), z.bigint()]).transform((value) => toNumber(value))

/** A list of `{ variable, value_selector }`, as code and template nodes have it. */
export const variableListField = z
  .array(z.object({ variable: z.string(), value_selector: selectorField }))
  .nullish()
  .transform((list) => list ?? [])
