// Node kinds with no outside, for tests of the engine itself.

import type { Value } from '../../src/base/value.ts'
import type { GraphNode, NodeAnswer, NodeContext, NodeKind, NodeOutcome } from '../../src/flow/spec.ts'
import { parseTemplate } from '../../src/flow/template.ts'

/** What a node does when its turn comes, by node id. */
export interface Script {
  /** Called at each start; the returned promise holds the node back. */
  gate?(nodeId: string, context: NodeContext<Script>): Promise<void> | undefined
  /** The answer an `ask` gets at once; without one it pauses. */
  readonly answer?: string
}

const kind = (
  type: string,
  role: NodeKind['role'],
  run: (node: GraphNode, context: NodeContext<Script>) => NodeAnswer | Promise<NodeAnswer>,
  more: (node: GraphNode) => object = () => ({}),
  flags: Partial<NodeKind<Script>> = {},
): NodeKind<Script> => ({
  types: [type],
  role,
  retryable: role !== 'container',
  ...flags,
  compile: (node) => ({ ok: true, value: { run: (context) => run(node, context), ...more(node) } }),
})

const gated =
  (outcome: (node: GraphNode, context: NodeContext<Script>) => NodeAnswer) =>
  (node: GraphNode, context: NodeContext<Script>): NodeAnswer | Promise<NodeAnswer> => {
    const gate = context.services.gate?.(node.id, context)
    return gate !== undefined ? gate.then(() => outcome(node, context)) : outcome(node, context)
  }

const done = (outputs: Record<string, Value>, handle?: string): NodeOutcome => ({
  type: 'success',
  outputs,
  ...(handle !== undefined && { handle }),
})

const setting = (id: string) => ({ selector: ['conversation', `of_${id}`], value: id }) as const

/** `start` → its inputs · `task` → `{ out: <id> }`, fails when `data.fails`, sets a variable of its own when `data.sets` · `branch` → handle `data.handle` ·
 *  `stream` → writes its id in three pieces · `answer` → template `data.answer` · `each` → frames over `data.items` ·
 *  `ask` → pauses, then `{ out: <answer> }`; fails like a task. */
export const testKinds: readonly NodeKind<Script>[] = [
  kind('start', 'root', (_, context) => done({ ...context.inputs })),
  kind('entry', 'entry', () => done({})),
  kind(
    'task',
    'task',
    gated((node) =>
      node.data.fails === true
        ? { type: 'failure', failure: { type: 'Broken', message: `${node.id} is broken` } }
        : { ...done({ out: node.id }), ...(node.data.sets === true && { updates: [setting(node.id)] }) },
    ),
  ),
  kind(
    'branch',
    'branch',
    gated((node) => done({}, String(node.data.handle ?? 'source'))),
  ),
  kind(
    'ask',
    'task',
    gated((node, context) => {
      const answer = context.resumed?.answer.text ?? context.services.answer
      if (answer === undefined) return { type: 'pause', reason: { asks: node.id } }
      return node.data.fails === true
        ? { type: 'failure', failure: { type: 'Broken', message: `${node.id} is broken` } }
        : done({ out: answer })
    }),
    undefined,
    { pauses: true },
  ),
  kind('stream', 'task', async (node, context) => {
    for (const piece of ['<', node.id, '>']) {
      await context.services.gate?.(node.id, context)
      await context.write('out', piece)
    }
    context.close('out')
    return done({ out: `<${node.id}>` })
  }),
  kind(
    'answer',
    'response',
    gated((node, context) => {
      const text = parseTemplate(String(node.data.answer))
        .segments.map((s) => (s.type === 'text' ? s.text : String(context.get(s.selector) ?? s.selector.join('.'))))
        .join('')
      return done({ answer: text })
    }),
    (node) => ({ template: parseTemplate(String(node.data.answer)).segments }),
  ),
  kind(
    'each',
    'container',
    async (node, context) => {
      const items = node.data.items as Value[]
      context.frames.started('iteration', items.length, {})
      const one = async (item: Value, index: number) => {
        context.frames.next('iteration', index)
        return context.frames.run({
          index,
          pool: node.data.parallel === true ? 'detached' : 'copy',
          variables: { item, index },
        })
      }
      const results = []
      if (node.data.parallel === true) results.push(...(await Promise.all(items.map(one))))
      else for (const [i, item] of items.entries()) results.push(await one(item, i))
      const failed = results.find((result) => result.status === 'failed')
      if (failed?.failure) return { type: 'failure', failure: failed.failure }
      return done({ output: results.map((result) => result.get([String(node.data.result ?? 'x'), 'out']) ?? null) })
    },
    (node) => ({ startNodeId: `${node.id}start` }),
  ),
]
