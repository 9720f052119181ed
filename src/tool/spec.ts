// Contract of tools: functions a workflow or an agent may call. Types only.

import type { Clock, Fetch } from '../base/seams.ts'
import type { Value, ValueObject } from '../base/value.ts'

export interface ToolParameter {
  readonly name: string
  readonly type: 'string' | 'number' | 'boolean' | 'select' | 'object' | 'array' | 'file'
  readonly required: boolean
  readonly description: string
  readonly options?: readonly string[]
  readonly default?: Value
}

export type ToolMessage =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'json'; readonly value: ValueObject }
  | { readonly type: 'link'; readonly url: string }
  | { readonly type: 'variable'; readonly name: string; readonly value: Value }

export interface Tool {
  /** Provider id as app files write it, e.g. `time`. */
  readonly provider: string
  readonly name: string
  readonly description: string
  readonly parameters: readonly ToolParameter[]
  /** @throws ToolError `tool/bad-parameter` (names it), `tool/failed` */
  run(parameters: Readonly<Record<string, Value>>, context: ToolContext): AsyncIterable<ToolMessage>
}

export interface ToolContext {
  readonly signal: AbortSignal
  readonly clock: Clock
  /** The guarded client. */
  readonly fetch: Fetch
}

export interface ToolDirectory {
  /** The tool an app file names by provider id (short or `org/plugin/provider`) and tool name; undefined when there is none. */
  find(provider: string, name: string): Tool | undefined
  list(): readonly Tool[]
}
