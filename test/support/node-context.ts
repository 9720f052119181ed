// A node's surroundings for tests of single kinds: a pool written by hand, services given one by one,
// and everything the node said. What a test did not give throws when it is touched.

import { createIds, systemClock, systemRandom } from '../../src/base/seams.ts'
import { isObject, own, type Value, type ValueObject } from '../../src/base/value.ts'
import { FileValue } from '../../src/flow/file.ts'
import type { CompileContext, NodeBody, NodeContext, NodeOutcome, Selector, ValueType } from '../../src/flow/spec.ts'
import type { Kind, NodeServices } from '../../src/nodes/spec.ts'

export interface NodeSetting {
  /** Values by node id and name. */
  readonly pool?: Readonly<Record<string, ValueObject>>
  /** Declared types by `id.name`. */
  readonly types?: Readonly<Record<string, ValueType>>
  readonly services?: Partial<NodeServices>
  readonly signal?: AbortSignal
  readonly nodeId?: string
}

export interface Said {
  /** Streamed text by variable name. */
  readonly text: Record<string, string>
  readonly closed: string[]
  readonly reasoning: string[]
  readonly notices: string[]
  readonly progress: ValueObject[]
}

export const compileContext = (mode = 'workflow'): CompileContext => ({
  issue: (path, code, message) => ({ path, code, message }),
  hasNode: () => true,
  node: () => undefined,
  childrenOf: () => [],
  mode,
})

/** Of a kind that does not pause. */
type Body = Omit<NodeBody<NodeServices>, 'run'> & {
  run(context: NodeContext<NodeServices>): NodeOutcome | Promise<NodeOutcome>
}

/** The body of a node with these settings; throws the issues when they are refused. */
export const compileBody = (kind: Kind, data: Record<string, unknown>, mode?: string): Body => {
  const result = kind.compile({ id: 'node', data }, compileContext(mode))
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.value as Body
}

export const createNodeContext = (setting: NodeSetting = {}): { context: NodeContext<NodeServices>; said: Said } => {
  const said: Said = { text: {}, closed: [], reasoning: [], notices: [], progress: [] }
  const services = new Proxy({ history: [], user: 'user-1', ...setting.services } as unknown as NodeServices, {
    get(target, name) {
      if (Object.hasOwn(target, name)) return Reflect.get(target, name)
      throw new Error(`the test gave no service ${String(name)}`)
    },
  })
  const context: NodeContext<NodeServices> = {
    nodeId: setting.nodeId ?? 'node',
    executionId: 'execution',
    frame: {},
    services,
    inputs: {},
    signal: setting.signal ?? new AbortController().signal,
    clock: systemClock,
    ids: createIds(systemClock),
    random: systemRandom,
    get: (selector) => lookup(setting.pool ?? {}, selector),
    typeOf: (selector) => setting.types?.[selector.join('.')],
    write: (name, text) => {
      said.text[name] = (said.text[name] ?? '') + text
    },
    close: (name) => {
      said.closed.push(name)
    },
    reason: (text) => {
      said.reasoning.push(text)
    },
    progress: (data) => {
      said.progress.push(data)
    },
    notice: (code) => {
      said.notices.push(code)
    },
    get frames(): never {
      throw new Error('the node has no frames')
    },
  }
  return { context, said }
}

const lookup = (pool: Readonly<Record<string, ValueObject>>, selector: Selector): Value | undefined => {
  if (selector.length < 2) return undefined
  let value: unknown = pool
  for (const name of selector) {
    if (value instanceof FileValue) value = value.attribute(name)
    else if (isObject(value)) value = own(value, name)
    else return undefined
  }
  return value as Value | undefined
}
