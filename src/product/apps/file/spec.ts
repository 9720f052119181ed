// What an app file says, read and checked. Types only.
//
// Glossary
//   app file   the YAML (or JSON) a Dify workspace exports for one app
//   document   the file's whole content as plain data, unknown fields included
//   upgrade    a change the editor makes when it opens an old graph; made here for running only
//
// F1  An `AppFile` is frozen to the bottom.
// F2  `document` is the file as written; upgrades touch `graph` alone, so writing a file never changes its version.

import type { Issue } from '../../../base/errors.ts'
import type { Value, ValueObject } from '../../../base/value.ts'
import type { DeclaredVariable, Graph } from '../../../flow/spec.ts'

export type AppMode = 'workflow' | 'advanced-chat' | 'chat' | 'agent-chat' | 'completion'
export type GraphMode = 'workflow' | 'advanced-chat'
export type IconType = 'emoji' | 'image' | 'link'

/** Against the newest version known here: `older` and `newer` by major or minor number, `current` otherwise. */
export type VersionStatus = 'current' | 'older' | 'newer'

export interface AppFile {
  readonly document: ValueObject
  readonly version: string
  readonly versionStatus: VersionStatus
  readonly mode: AppMode
  readonly name: string
  readonly description: string
  /** An emoji, the id of an uploaded file, or an address, by `iconType`. */
  readonly icon: string
  readonly iconType: IconType
  /** A colour, such as `#FFFFFF`. */
  readonly iconBackground: string
  readonly useIconAsAnswerIcon: boolean
  /** The runnable form; present exactly in the modes `workflow` and `advanced-chat`. */
  readonly graph?: Graph
  /** The node a run starts from; present with `graph`. */
  readonly rootNodeId?: string
  readonly environment: readonly AppVariable[]
  readonly conversation: readonly AppVariable[]
  /** What a run asks its caller for: the start node's variables, or the form of the basic modes. */
  readonly startVariables: readonly StartVariable[]
  /** `workflow.features`, or the same keys of `model_config`. */
  readonly features: ValueObject
  readonly dependencies: readonly AppDependency[]
  /** Present exactly in the modes `chat`, `agent-chat` and `completion`. */
  readonly modelConfig?: ModelConfig
  /** What is odd but stops nothing. */
  readonly warnings: readonly Issue[]
}

/** A declared environment or conversation variable. */
export interface AppVariable extends DeclaredVariable {
  /** As written, normally a UUID; the name when the file has none. */
  readonly id: string
  readonly name: string
  readonly description: string
}

export type InputType =
  | 'text-input'
  | 'paragraph'
  | 'select'
  | 'number'
  | 'checkbox'
  | 'file'
  | 'file-list'
  | 'json_object'
  | 'external_data_tool'

export interface StartVariable {
  readonly name: string
  readonly label: string
  readonly type: InputType
  readonly required: boolean
  /** Code points of a text, entries of a file list. */
  readonly maxLength?: number
  readonly options: readonly string[]
  readonly default?: Value
  readonly hide: boolean
  readonly description: string
  readonly allowedFileTypes: readonly string[]
  /** With a leading dot, as written. */
  readonly allowedFileExtensions: readonly string[]
  readonly allowedFileUploadMethods: readonly string[]
  /** JSON Schema, draft 7. */
  readonly jsonSchema?: ValueObject
  /** The whole entry, for what only some types have. */
  readonly settings: ValueObject
  readonly path: string
}

export interface AppDependency {
  /** `derived`: the file lists none, so it was found in the settings. */
  readonly type: 'marketplace' | 'github' | 'package' | 'derived'
  /** `org/name`. */
  readonly plugin: string
  readonly version?: string
  /** As written. */
  readonly identifier: string
}

export interface ModelChoice {
  readonly provider: string
  readonly name: string
  readonly mode: 'chat' | 'completion'
  /** `completion_params` without `stop`. */
  readonly parameters: ValueObject
  readonly stop: readonly string[]
}

export interface PromptMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly text: string
}

export interface AgentTool {
  readonly enabled: boolean
  readonly providerType: string
  readonly providerId: string
  readonly toolName: string
  readonly toolLabel: string
  readonly parameters: ValueObject
}

export interface DatasetSettings {
  /** Enabled knowledge bases, those among the agent's tools included. */
  readonly ids: readonly string[]
  readonly retrieval: 'single' | 'multiple'
  readonly topK: number
  /** Null when off. */
  readonly scoreThreshold: number | null
  readonly rerankingEnabled: boolean
  readonly rerankingMode: 'reranking_model' | 'weighted_score'
  readonly rerankingModel?: { readonly provider: string; readonly name: string }
  readonly weights?: ValueObject
  readonly metadataFilteringMode: 'disabled' | 'automatic' | 'manual'
  readonly metadataFilteringConditions?: ValueObject
  readonly metadataModel?: ModelChoice
}

/** The settings of the basic modes. */
export interface ModelConfig {
  readonly model: ModelChoice
  readonly promptType: 'simple' | 'advanced'
  readonly prePrompt: string
  readonly chatPrompt: readonly PromptMessage[]
  readonly completionPrompt: {
    readonly text: string
    readonly userPrefix: string
    readonly assistantPrefix: string
  }
  readonly datasetQueryVariable: string
  readonly datasets: DatasetSettings
  readonly agent: {
    readonly enabled: boolean
    /** As written; empty when absent. */
    readonly strategy: string
    /** Rounds, 1 to 99. Default 10. */
    readonly maxIterations: number
    readonly tools: readonly AgentTool[]
    readonly firstPrompt: string
    readonly nextIteration: string
  }
  readonly externalDataTools: readonly ValueObject[]
  /** All of `model_config`, as written. */
  readonly settings: ValueObject
}
