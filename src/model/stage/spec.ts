// Contract of stages: what happens to a request before a model sees it, and to an answer before the caller does. Types only.

import type { Value } from '../../base/value.ts'
import type { ChatRequest, ChatStreamPart } from '../spec.ts'

export interface StageContext {
  /** Whose call it is, opaque. */
  readonly scope: string
  readonly metadata: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** One way of changing what passes. Made from settings once; shared by all calls. */
export interface Stage {
  /** As routers name it. */
  readonly name: string
  readonly type: string
  /** The request as it goes on; an answer ends the call without a model. @throws StageError `stage/refused` */
  before?(request: ChatRequest, context: StageContext): Promise<StageVerdict> | StageVerdict
  /** Reads an answer part by part; what it holds back it gives at `finish` at the latest. One per call. */
  after?(request: ChatRequest, context: StageContext): StageFilter
}

export type StageVerdict =
  | { readonly type: 'request'; readonly request: ChatRequest }
  | { readonly type: 'answer'; readonly text: string }

export interface StageFilter {
  /** The parts that may go on now, in order; `finish` comes out exactly once, last.
   *  @throws StageError `stage/refused` */
  push(part: ChatStreamPart): readonly ChatStreamPart[] | Promise<readonly ChatStreamPart[]>
}

/** What stages may need of the outside. */
export interface StageParts {
  /** JSON as people and models write it. @throws when nothing can be made of the text */
  readonly parseJson: (text: string) => Value
  /** A file the operator named. @throws when it cannot be read */
  readonly readFile: (path: string) => string
}

/** A kind of stage; plugins bring more. */
export interface StageType<Settings> {
  readonly type: string
  /** @throws StageError `stage/invalid` */
  create(name: string, settings: Settings, parts: StageParts): Stage
}
