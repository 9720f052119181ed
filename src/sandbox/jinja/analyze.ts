// Which names a piece of template reads and sets, in the order of the source, for scope.ts. Bodies with a scope of their
// own (loops, macros, `with`, …) are left to the moment when that scope is compiled.

import type { CallArguments, Expression, Signature, Statement } from './ast.ts'
import type { Scope } from './scope.ts'

export const analyzeBody = (scope: Scope, body: readonly Statement[]): void => {
  for (const statement of body) analyzeStatement(scope, statement)
}

const analyzeStatement = (scope: Scope, node: Statement): void => {
  switch (node.type) {
    case 'data':
    case 'block':
    case 'autoescape':
      return
    case 'output':
      return analyzeExpression(scope, node.value)
    case 'for':
      return analyzeExpression(scope, node.source)
    case 'if':
      return analyzeIf(scope, node)
    case 'set':
      analyzeExpression(scope, node.value)
      return analyzeTarget(scope, node.target, 'store')
    case 'set-block':
      return analyzeTarget(scope, node.target, 'store')
    case 'with':
      for (const value of node.values) analyzeExpression(scope, value)
      return
    case 'macro':
      return scope.store(node.name)
    case 'call-block':
      return analyzeExpression(scope, node.call)
    case 'filter-block':
      return analyzeExpression(scope, node.filter)
    case 'load':
      for (const name of node.names) scope.store(name)
      return
  }
}

const analyzeIf = (scope: Scope, node: Extract<Statement, { type: 'if' }>): void => {
  const [first] = node.branches
  if (first) analyzeExpression(scope, first.test)
  scope.branches([
    ...node.branches.map((branch) => (inner: Scope) => {
      if (branch !== first) analyzeExpression(inner, branch.test)
      analyzeBody(inner, branch.body)
    }),
    (inner) => analyzeBody(inner, node.otherwise),
  ])
}

export const analyzeTarget = (scope: Scope, target: Expression, as: 'store' | 'parameter'): void => {
  if (target.type === 'name') {
    if (as === 'store') scope.store(target.name)
    else scope.parameter(target.name)
  } else if (target.type === 'tuple') {
    for (const item of target.items) analyzeTarget(scope, item, as)
  } else if (target.type === 'field') {
    scope.load(target.name)
  }
}

export const analyzeExpression = (scope: Scope, node: Expression): void => {
  if (node.type === 'name') scope.load(node.name)
  else for (const child of childrenOf(node)) analyzeExpression(scope, child)
}

const argumentsOf = ({ args, kwargs, dynArgs, dynKwargs }: CallArguments): Expression[] => [
  ...args,
  ...kwargs.map(([, value]) => value),
  ...(dynArgs ? [dynArgs] : []),
  ...(dynKwargs ? [dynKwargs] : []),
]

const present = (...nodes: (Expression | undefined)[]): Expression[] => nodes.filter((node) => node !== undefined)

/** Direct parts of an expression, in the order of evaluation. */
export const childrenOf = (node: Expression): readonly Expression[] => {
  switch (node.type) {
    case 'const':
    case 'name':
    case 'field':
      return []
    case 'list':
    case 'tuple':
      return node.items
    case 'dict':
      return node.pairs.flat()
    case 'condition':
      return present(node.test, node.yes, node.no)
    case 'and':
    case 'or':
    case 'binary':
      return [node.left, node.right]
    case 'not':
    case 'negative':
    case 'positive':
    case 'attribute':
      return [node.value]
    case 'concat':
      return node.parts
    case 'compare':
      return [node.first, ...node.rest.map(([, value]) => value)]
    case 'item':
      return [node.value, node.key]
    case 'slice':
      return present(node.value, node.start, node.stop, node.step)
    case 'call':
    case 'test':
      return [node.value, ...argumentsOf(node.call)]
    case 'filter':
      return [...present(node.value), ...argumentsOf(node.call)]
  }
}

/** Whether a name is read anywhere in the bodies, blocks left out: they cannot see it. */
export const mentions = (body: readonly Statement[], name: string): boolean =>
  body.some((node) => {
    const { expressions, bodies } = partsOf(node)
    return expressions.some((part) => mentionedIn(part, name)) || bodies.some((inner) => mentions(inner, name))
  })

const mentionedIn = (node: Expression, name: string): boolean =>
  node.type === 'name' || node.type === 'field'
    ? node.name === name
    : childrenOf(node).some((part) => mentionedIn(part, name))

interface Parts {
  readonly expressions: readonly Expression[]
  readonly bodies: readonly (readonly Statement[])[]
}

const partsOf = (node: Statement): Parts => {
  switch (node.type) {
    case 'data':
    case 'load':
    case 'block':
      return { expressions: [], bodies: [] }
    case 'output':
      return { expressions: [node.value], bodies: [] }
    case 'for':
      return { expressions: present(node.source, node.filter), bodies: [node.body, node.otherwise] }
    case 'if':
      return {
        expressions: node.branches.map(({ test }) => test),
        bodies: [...node.branches.map(({ body }) => body), node.otherwise],
      }
    case 'set':
      return { expressions: node.target.type === 'field' ? [node.value, node.target] : [node.value], bodies: [] }
    case 'set-block':
      return { expressions: present(node.filter), bodies: [node.body] }
    case 'with':
      return { expressions: node.values, bodies: [node.body] }
    case 'macro':
      return { expressions: node.signature.defaults, bodies: [node.body] }
    case 'call-block':
      return { expressions: [node.call, ...node.signature.defaults], bodies: [node.body] }
    case 'filter-block':
      return { expressions: [node.filter], bodies: [node.body] }
    case 'autoescape':
      return { expressions: [node.value], bodies: [node.body] }
  }
}

/** Every statement below, bodies included. */
export function* walkStatements(body: readonly Statement[]): Generator<Statement> {
  for (const node of body) {
    yield node
    const bodies = node.type === 'block' ? [node.body] : partsOf(node).bodies
    for (const inner of bodies) yield* walkStatements(inner)
  }
}

/** Names set by `set` or as loop targets anywhere below. */
export const setsName = (body: readonly Statement[], name: string): boolean => {
  for (const node of walkStatements(body)) {
    if (
      (node.type === 'set' || node.type === 'set-block' || node.type === 'for') &&
      targetNames(node.target).includes(name)
    )
      return true
  }
  return false
}

export const targetNames = (target: Expression): string[] =>
  target.type === 'name' ? [target.name] : target.type === 'tuple' ? target.items.flatMap(targetNames) : []

export const analyzeSignature = (scope: Scope, { parameters, defaults }: Signature): void => {
  for (const name of parameters) scope.parameter(name)
  for (const value of defaults) analyzeExpression(scope, value)
}
