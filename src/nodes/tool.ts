// The `tool` kind: calls an installed tool and hands on what it says as text, objects and variables.
// Text streams while the tool works. A tool that is not installed fails the node and names it.

import { z } from 'zod'
import { messageOf, PlatformError } from '../base/errors.ts'
import { own, setOwn, type Value, type ValueObject } from '../base/value.ts'
import type { NodeContext } from '../flow/spec.ts'
import type { Tool } from '../tool/spec.ts'
import { defineKind } from './define.ts'
import { NodeError, toFailed } from './errors.ts'
import type { NodeServices } from './spec.ts'
import { argumentsField, compileArguments, compileConfigurations, readArguments } from './tool-call/parameters.ts'

const settings = z.object({
  provider_id: z.string(),
  provider_type: z.string().nullish(),
  provider_name: z.string().nullish(),
  tool_name: z.string(),
  tool_label: z.string().nullish(),
  tool_parameters: argumentsField,
  tool_configurations: argumentsField,
  tool_node_version: z.unknown().optional(),
  version: z.unknown().optional(),
})

export const tool = defineKind({
  types: ['tool'],
  role: 'task',
  retryable: true,
  settings,
  compile(data) {
    const version = data.version === undefined || data.version === null ? '1' : String(data.version)
    const dynamic = version !== '1' || Boolean(data.tool_node_version)
    const list = [
      ...compileConfigurations(data.tool_configurations, dynamic),
      ...compileArguments(data.tool_parameters),
    ]
    const info = { type: data.provider_type ?? null, provider: data.provider_id, tool: data.tool_name }
    return {
      async run(context) {
        let inputs: ValueObject = {}
        try {
          const found = findTool(data, context)
          inputs = readArguments(list, found, context.get)
          const outputs = await runTool(found, inputs, context)
          context.close('text')
          return { type: 'success', outputs, inputs, metadata: { tool_info: info } }
        } catch (error) {
          return toFailed(error, { inputs, metadata: { tool_info: info } })
        }
      },
    }
  },
})

const findTool = (data: z.output<typeof settings>, context: NodeContext<NodeServices>): Tool => {
  const found = context.services.tools.find(data.provider_id, data.tool_name)
  if (found !== undefined) return found
  // Workflow and API tools have an id that says nothing to people; their name does.
  const provider = data.provider_name || data.provider_id
  const kind = data.provider_type ? ` (${data.provider_type})` : ''
  const details = { tool: data.tool_label || data.tool_name, provider: `${provider}${kind}` }
  throw new NodeError('node/tool-missing', { details })
}

const runTool = async (found: Tool, values: ValueObject, context: NodeContext<NodeServices>): Promise<ValueObject> => {
  const { signal, clock, services } = context
  const variables: Record<string, Value> = {}
  const json: ValueObject[] = []
  let text = ''
  const write = (piece: string) => {
    text += piece
    return context.write('text', piece)
  }
  try {
    for await (const message of found.run(values, { signal, clock, fetch: services.fetch })) {
      switch (message.type) {
        case 'text':
          await write(message.text)
          break
        case 'link':
          await write(`Link: ${message.url}\n`)
          break
        case 'json':
          json.push(message.value)
          break
        case 'variable':
          setOwn(variables, message.name, message.value)
          break
      }
    }
  } catch (error) {
    throw signal.aborted ? error : toolError(error, found)
  }
  return { ...variables, text, files: [], json: json.length > 0 ? json : [{ data: [] }] }
}

const toolError = (error: unknown, { name }: Tool): unknown => {
  if (!(error instanceof PlatformError)) return error
  if (error.code === 'tool/bad-parameter') {
    const parameter = own(error.details, 'name') ?? own(error.details, 'parameter') ?? ''
    return new NodeError('node/tool-parameter', {
      details: { name: parameter, tool: name, reason: error.message },
      cause: error,
    })
  }
  return new NodeError('node/tool-failed', { details: { tool: name, reason: messageOf(error) }, cause: error })
}
