// The tree of a template. Expressions and statements carry a `type` tag and the line where they start.

import type { Order } from './compare.ts'
import type { Operator } from './operators.ts'
import type { PyValue } from './values.ts'

export type CompareOperator = Order | '==' | '!=' | 'in' | 'not in'

export interface CallArguments {
  readonly args: readonly Expression[]
  readonly kwargs: readonly (readonly [string, Expression])[]
  readonly dynArgs: Expression | undefined
  readonly dynKwargs: Expression | undefined
}

export type Expression =
  | { readonly type: 'const'; readonly value: PyValue; readonly line: number }
  | { readonly type: 'name'; readonly name: string; readonly line: number }
  /** A target only: `ns.attr` in `{% set %}`. */
  | { readonly type: 'field'; readonly name: string; readonly attribute: string; readonly line: number }
  | { readonly type: 'list' | 'tuple'; readonly items: readonly Expression[]; readonly line: number }
  | { readonly type: 'dict'; readonly pairs: readonly (readonly [Expression, Expression])[]; readonly line: number }
  | {
      readonly type: 'condition'
      readonly test: Expression
      readonly yes: Expression
      readonly no: Expression | undefined
      readonly line: number
    }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression; readonly line: number }
  | { readonly type: 'not' | 'negative' | 'positive'; readonly value: Expression; readonly line: number }
  | {
      readonly type: 'binary'
      readonly operator: Operator
      readonly left: Expression
      readonly right: Expression
      readonly line: number
    }
  | { readonly type: 'concat'; readonly parts: readonly Expression[]; readonly line: number }
  | {
      readonly type: 'compare'
      readonly first: Expression
      readonly rest: readonly (readonly [CompareOperator, Expression])[]
      readonly line: number
    }
  | { readonly type: 'attribute'; readonly value: Expression; readonly name: string; readonly line: number }
  | { readonly type: 'item'; readonly value: Expression; readonly key: Expression; readonly line: number }
  | {
      readonly type: 'slice'
      readonly value: Expression
      readonly start: Expression | undefined
      readonly stop: Expression | undefined
      readonly step: Expression | undefined
      readonly line: number
    }
  | { readonly type: 'call'; readonly value: Expression; readonly call: CallArguments; readonly line: number }
  /** `value` is absent at the head of a filter block. */
  | {
      readonly type: 'filter'
      readonly value: Expression | undefined
      readonly name: string
      readonly call: CallArguments
      readonly line: number
    }
  | {
      readonly type: 'test'
      readonly value: Expression
      readonly name: string
      readonly call: CallArguments
      readonly line: number
    }

export type CallNode = Extract<Expression, { type: 'call' }>
export type FilterNode = Extract<Expression, { type: 'filter' }>

export interface Signature {
  readonly parameters: readonly string[]
  /** Of the last parameters. */
  readonly defaults: readonly Expression[]
}

export type Statement =
  | { readonly type: 'data'; readonly text: string; readonly line: number }
  | { readonly type: 'output'; readonly value: Expression; readonly line: number }
  | {
      readonly type: 'for'
      readonly target: Expression
      readonly source: Expression
      readonly filter: Expression | undefined
      readonly recursive: boolean
      readonly body: readonly Statement[]
      readonly otherwise: readonly Statement[]
      readonly line: number
    }
  | {
      readonly type: 'if'
      readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[]
      readonly otherwise: readonly Statement[]
      readonly line: number
    }
  | { readonly type: 'set'; readonly target: Expression; readonly value: Expression; readonly line: number }
  | {
      readonly type: 'set-block'
      readonly target: Expression
      readonly filter: FilterNode | undefined
      readonly body: readonly Statement[]
      readonly line: number
    }
  | {
      readonly type: 'with'
      readonly targets: readonly Expression[]
      readonly values: readonly Expression[]
      readonly body: readonly Statement[]
      readonly line: number
    }
  | {
      readonly type: 'macro'
      readonly name: string
      readonly signature: Signature
      readonly body: readonly Statement[]
      readonly line: number
    }
  | {
      readonly type: 'call-block'
      readonly call: CallNode
      readonly signature: Signature
      readonly body: readonly Statement[]
      readonly line: number
    }
  | {
      readonly type: 'filter-block'
      readonly filter: FilterNode
      readonly body: readonly Statement[]
      readonly line: number
    }
  | {
      readonly type: 'block'
      readonly name: string
      readonly scoped: boolean
      readonly required: boolean
      readonly body: readonly Statement[]
      readonly line: number
    }
  | {
      readonly type: 'autoescape'
      readonly value: Expression
      readonly body: readonly Statement[]
      readonly line: number
    }
  /** `include`, `import`, `from`, `extends`: always fail when reached, as there is nothing to load from. */
  | { readonly type: 'load'; readonly tag: string; readonly names: readonly string[]; readonly line: number }
