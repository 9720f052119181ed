// What node kinds need from their surroundings. Handed to the run, never imported. Types only.

import type { Fetch } from '../base/seams.ts'
import type { FileValue } from '../flow/file.ts'
import type { NodeKind } from '../flow/spec.ts'
import type { DocumentReader } from '../knowledge/parse/spec.ts'
import type { ChatMessage, ModelDirectory } from '../model/spec.ts'
import type { CodeRunner } from '../sandbox/spec.ts'
import type { ToolDirectory } from '../tool/spec.ts'

export interface FileAccess {
  /** The bytes of a file of this run. @throws PlatformError when it is gone, too large or not allowed */
  read(file: FileValue, signal: AbortSignal): Promise<{ readonly bytes: Uint8Array; readonly mimeType: string }>
  /** Keeps bytes a node produced. */
  store(bytes: Uint8Array, about: { readonly filename: string; readonly mimeType: string }): Promise<FileValue>
}

export interface NodeServices {
  readonly models: ModelDirectory
  readonly code: CodeRunner
  readonly tools: ToolDirectory
  readonly documents: DocumentReader
  readonly files: FileAccess
  /** The guarded client: private addresses are refused unless the operator allows them. */
  readonly fetch: Fetch
  /** Earlier turns of the conversation, oldest first; empty in workflows. User and assistant messages only. */
  readonly history: readonly ChatMessage[]
  /** Opaque id of the end user. */
  readonly user: string
}

export type Kind = NodeKind<NodeServices>
