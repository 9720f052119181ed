// Declares a tool whose `run` sees checked parameters only, whoever calls it.

import type { Value } from '../base/value.ts'
import { checkToolParameters } from './parameters.ts'
import type { Tool, ToolContext, ToolMessage } from './spec.ts'

export type CheckedRun = (
  parameters: Readonly<Record<string, Value>>,
  context: ToolContext,
) => AsyncIterable<ToolMessage> | Iterable<ToolMessage>

export const defineTool = (tool: Omit<Tool, 'run'>, run: CheckedRun): Tool =>
  Object.freeze({
    ...tool,
    async *run(parameters: Readonly<Record<string, Value>>, context: ToolContext) {
      context.signal.throwIfAborted()
      yield* run(checkToolParameters(tool, parameters), context)
    },
  })
