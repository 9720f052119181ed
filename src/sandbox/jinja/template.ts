// Jinja templates: compiled once from untrusted source, rendered many times. A total interpreter of its own: templates see
// copies of their inputs and the built-in names, nothing of the host, and every render ends within its limits.
//   source → lexer.ts → parse-*.ts → ast.ts → scope.ts, compile-*.ts → closures → frame.ts, run.ts
// T1  A render never sees another one: all state is made by `render`.
// T2  Nothing but `JinjaError` is thrown.

import type { Random } from '../../base/seams.ts'
import type { ValueObject } from '../../base/value.ts'
import { analyzeBody, mentions, walkStatements } from './analyze.ts'
import type { Statement } from './ast.ts'
import { BlocksReference, missingParent } from './blocks.ts'
import type { Place, Unit } from './compile-expression.ts'
import { compileEntry } from './compile-scope.ts'
import { compileBody } from './compile-statement.ts'
import { JinjaError, limitError } from './error.ts'
import { FILTERS } from './filters.ts'
import { type BlockCode, Context, Frame, Sink } from './frame.ts'
import { GLOBALS } from './globals.ts'
import { parseTemplate } from './parse-statement.ts'
import { DEFAULT_LIMITS, type RenderLimits, RenderRun } from './run.ts'
import { FunctionShape, Scope } from './scope.ts'
import { createTests } from './tests.ts'

export { JinjaError } from './error.ts'
export type { RenderLimits } from './run.ts'

export interface JinjaTemplate {
  /** Renders with the inputs as top-level names. Inputs are not changed.
   *  @param random the source of the `random` filter, which fails without one
   *  @throws JinjaError */
  render(inputs: ValueObject, limits?: Partial<RenderLimits>, random?: Random): string
}

const TESTS = createTests(FILTERS)

/** Compiles a template as Jinja 3.1's default environment does: no autoescape, no extensions, no loader, undefined names
 *  render empty, one trailing newline removed. Keeps no cache.
 *  @throws JinjaError of kind `TemplateSyntaxError`, `TemplateAssertionError` or, for endless nesting, `TemplateLimitError` */
export const compileTemplate = (source: string): JinjaTemplate => {
  const { root, blocks } = guarded(() => compile(parseTemplate(source)))
  return {
    render(inputs, limits, random) {
      const run = new RenderRun({ ...DEFAULT_LIMITS, ...limits }, { random, filters: FILTERS, tests: TESTS })
      const out = new Sink(run, run.outputChars)
      const context = new Context(inputs, GLOBALS)
      try {
        guarded(() => root({ run, context, out, blocks }))
      } catch (error) {
        if (error instanceof JinjaError && error.line === undefined)
          throw new JinjaError(error.kind, error.reason, run.line)
        throw error
      }
      return out.text
    },
  }
}

/** The budgets end every render long before the host's stack does, unless `render` is itself called near its end. */
const guarded = <T>(work: () => T): T => {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError && /call stack/i.test(error.message))
      throw limitError('the template is nested too deeply')
    throw error
  }
}

const compile = (body: readonly Statement[]): { root: BlockCode; blocks: ReadonlyMap<string, BlockCode> } => {
  const found = new Map<string, Extract<Statement, { type: 'block' }>>()
  for (const node of walkStatements(body)) {
    if (node.type !== 'block') continue
    if (found.has(node.name))
      throw new JinjaError('TemplateAssertionError', `block '${node.name}' defined twice`, node.line)
    found.set(node.name, node)
  }
  const unit: Unit = {
    filters: new Set(FILTERS.keys()),
    tests: new Set(TESTS.keys()),
    hasBlocks: found.size > 0,
    body: compileBody,
  }
  const root = compileFunction(unit, body, undefined)
  const blocks = new Map(
    Array.from(found.values(), (node) => [node.name, compileFunction(unit, node.body, node.name)] as const),
  )
  return { root, blocks }
}

/** The root, or the block of that name: code with a frame of its own and no names around it but the context's. */
const compileFunction = (unit: Unit, body: readonly Statement[], block: string | undefined): BlockCode => {
  const shape = new FunctionShape()
  const scope = new Scope(shape)
  const self = mentions(body, 'self') ? scope.parameter('self').index : undefined
  const parent = block !== undefined && mentions(body, 'super') ? scope.parameter('super').index : undefined
  analyzeBody(scope, body)
  const place: Place = { scope, shape, top: block === undefined, soft: false, unit, depth: 0 }
  const enter = compileEntry(place, scope)
  const write = compileBody(place, body)
  return (of) => {
    of.run.enter(shape.height + 4)
    const frame = new Frame(of, shape.size)
    if (self !== undefined) frame.slots[self] = new BlocksReference(frame)
    if (parent !== undefined) frame.slots[parent] = missingParent(block ?? '')
    enter(frame)
    write(frame)
    of.run.leave(shape.height + 4)
  }
}
