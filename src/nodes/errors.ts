// Failures of node kinds. A kind throws a NodeError where the mistake is understood; the rim of its `run` turns it into
// the failure users and graphs see. `type` there is the class name app files compare with, so names never change.

import { type ErrorCatalogue, type ErrorOptions, isAbort, PlatformError } from '../base/errors.ts'
import type { NodeFailed } from '../flow/spec.ts'

export const nodeErrors = {
  'node/variable-missing': 'The variable {name} was never set.',
  'node/variable-type': 'The variable {name} must be {expected}.',
  'node/template-failed': 'The template cannot be rendered: {reason}',
  'node/no-prompt': 'Nothing is left to send to the model: all messages are empty.',
  'node/context-shape': 'The context list must hold texts or objects with a text `content`; item {index} is neither.',
  'node/role-prefix-missing': 'Memory in a completion prompt needs a role prefix for both sides.',
  'node/model-missing': 'The model {model} cannot be used: {reason}',
  'node/model-feature': 'The model {model} cannot answer in a fixed structure.',
  'node/schema-invalid': 'The schema of the structured output cannot be used: {reason}',
  'node/reply-shape': 'The reply of the model has not the form asked for: {reason}',
  'node/reply-without-json': 'The reply of the model holds no complete JSON.',
  'node/http-method': 'Requests with the method {method} cannot be sent.',
  'node/http-url': 'The address must begin with http:// or https://, got {url}.',
  'node/http-authorization': 'The authorization cannot be used: {reason}',
  'node/http-body': 'The body of the request cannot be built: {reason}',
  'node/http-failed': 'The request failed: {reason}',
  'node/http-status': 'The server answered with status {status}.',
  'node/response-too-large': 'The {form} response is larger than {limitBytes} bytes.',
  'node/file-unavailable': 'The file {name} cannot be read: {reason}',
  'node/file-unsupported': 'The file {name} has a format that cannot be read: {format}',
  'node/file-unreadable': 'No text can be taken from the file {name}: {reason}',
  'node/tool-missing': 'The tool {tool} of {provider} is not installed.',
  'node/tool-parameter': 'The parameter {name} of the tool {tool} cannot be used: {reason}',
  'node/tool-failed': 'The tool {tool} failed: {reason}',
  'node/knowledge-missing': 'This node needs a knowledge base, and this installation has none: {names}',
  'node/agent-missing': 'The agent strategy {strategy} of {provider} is not installed.',
  'node/trigger-missing': 'This run was not started by the event the trigger waits for: {event}',
  'node/datasource-missing': 'The data source {name} of {provider} is not installed.',
  'node/start-input': 'The input {name} {reason}.',
  'node/condition': 'The condition on {name} cannot be checked: {reason}',
  'node/assignment': 'The variable {name} cannot be changed: {reason}',
  'node/assignment-broken': 'The variable {name} cannot be changed: {reason}',
  'node/list': 'The list {name} cannot be worked on: {reason}',
  'node/list-setting': 'A setting of the list operation cannot be used: {reason}',
  'node/code-failed': '{reason}',
  'node/code-output': 'The output {name} {reason}',
  'node/code-depth': 'The output {name} is nested deeper than {limit}.',
  'node/code-undeclared': 'The code returned values that are not declared as outputs: {names}',
  'node/render-failed': 'The template cannot be rendered: {reason}',
  'node/items': 'The items to go through cannot be read from {name}: {reason}',
  'node/loop-variable': 'The loop variable {name} cannot be set: {reason}',
  'node/round-failed': '{reason}',
} as const satisfies ErrorCatalogue

export type NodeErrorCode = keyof typeof nodeErrors

/** Class names of the app format's vocabulary, as they appear in `error_type`. */
const FAILURE_TYPES: Readonly<Record<NodeErrorCode, string>> = {
  'node/variable-missing': 'VariableNotFoundError',
  'node/variable-type': 'InvalidVariableTypeError',
  'node/template-failed': 'TemplateRenderError',
  'node/no-prompt': 'NoPromptFoundError',
  'node/context-shape': 'InvalidContextStructureError',
  'node/role-prefix-missing': 'MemoryRolePrefixRequiredError',
  'node/model-missing': 'ModelNotExistError',
  'node/model-feature': 'LLMNodeError',
  'node/schema-invalid': 'LLMNodeError',
  'node/reply-shape': 'OutputParserError',
  'node/reply-without-json': 'ValueError',
  'node/http-method': 'InvalidHttpMethodError',
  'node/http-url': 'InvalidURLError',
  'node/http-authorization': 'AuthorizationConfigError',
  'node/http-body': 'RequestBodyError',
  'node/http-failed': 'HttpRequestNodeError',
  'node/http-status': 'HTTPResponseCodeError',
  'node/response-too-large': 'ResponseSizeError',
  'node/file-unavailable': 'FileFetchError',
  'node/file-unsupported': 'UnsupportedFileTypeError',
  'node/file-unreadable': 'TextExtractionError',
  'node/tool-missing': 'ToolNodeError',
  'node/tool-parameter': 'ToolParameterError',
  'node/tool-failed': 'ToolRuntimeInvocationError',
  'node/knowledge-missing': 'KnowledgeRetrievalNodeError',
  'node/agent-missing': 'AgentNodeError',
  'node/trigger-missing': 'TriggerNodeError',
  'node/datasource-missing': 'DatasourceNodeError',
  'node/start-input': 'WorkflowNodeError',
  'node/condition': '',
  'node/assignment': '',
  'node/assignment-broken': 'WorkflowNodeError',
  'node/list': '',
  'node/list-setting': 'WorkflowNodeError',
  'node/code-failed': 'CodeExecutionError',
  'node/code-output': 'OutputValidationError',
  'node/code-depth': 'DepthLimitError',
  'node/code-undeclared': 'CodeNodeError',
  'node/render-failed': '',
  'node/items': 'WorkflowNodeError',
  'node/loop-variable': 'WorkflowNodeError',
  'node/round-failed': '',
}

export class NodeError extends PlatformError<NodeErrorCode> {
  constructor(code: NodeErrorCode, options?: ErrorOptions) {
    super(code, nodeErrors[code], options)
  }
}

/** The failure a kind returns for what it threw. Aborts and bugs are thrown on: the engine answers for them.
 *  @param details what the kind knows about the failed attempt, for the trace */
export const toFailed = (error: unknown, details: Omit<NodeFailed, 'type' | 'failure'> = {}): NodeFailed => {
  if (isAbort(error) || !(error instanceof NodeError)) throw error
  return {
    type: 'failure',
    failure: { type: FAILURE_TYPES[error.code], message: error.message, code: error.code },
    ...details,
  }
}
