// Contract of runs of stored apps. Types only.

import type { Result } from '../../base/errors.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Sealer } from '../../base/seal.ts'
import type { Clock, Ids, Log } from '../../base/seams.ts'
import type { ValueObject } from '../../base/value.ts'
import type { Database } from '../../db/spec.ts'
import type { FileValue } from '../../flow/file.ts'
import type { NoteCall } from '../../model/metered.ts'
import type { ChatMessage, ModelDirectory } from '../../model/spec.ts'
import type { RunnableApp } from '../apps/apps.ts'
import type { AppFile } from '../apps/file/spec.ts'
import type { Caller } from '../caller.ts'
import type { MessageFileStore } from '../conversations/message-files.ts'
import type { MessageStore } from '../conversations/messages.ts'
import type { Naming } from '../conversations/naming.ts'
import type { ConversationStore } from '../conversations/store.ts'
import type { EndUserStore } from '../end-users/store.ts'
import type { FormStore } from '../forms/store.ts'
import type { AppId, ConversationId, EndUserId, RunId, VersionId } from '../ids.ts'
import type { Sessions } from '../sessions/spec.ts'
import type { UsageRecorder } from '../usage/recorder.ts'
import type { BasicExecutor } from './basic/execution.ts'
import type { AnnotationHit } from './events.ts'
import type { Executor } from './execution.ts'
import type { LiveRun, RunFacts } from './live-run.ts'
import type { NodeExecutionStore } from './node-executions.ts'
import type { PauseStore } from './pause-store.ts'
import type { Run, RunStore } from './store.ts'

export interface RunsParts {
  readonly db: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly stores: {
    readonly runs: RunStore
    readonly nodes: NodeExecutionStore
    readonly pauses: PauseStore
    readonly forms: FormStore
    readonly endUsers: EndUserStore
    readonly conversations: ConversationStore
    readonly messages: MessageStore
    readonly messageFiles: Pick<MessageFileStore, 'save'>
  }
  readonly sessions: Sessions
  /** Closes what is kept of paused runs: variables of a run may be secret. */
  readonly sealer: Sealer
  /** A version of an app, for runs that go on. @throws AppError */
  readonly openApp: (caller: Caller, appId: AppId, versionId: VersionId) => Promise<RunnableApp>
  /** Absent: conversations keep their provisional names. */
  readonly naming?: Naming
  readonly metrics: Metrics
  readonly usage: Pick<UsageRecorder, 'ofRun'>
  readonly execute: Executor
  readonly checkInputs: (file: AppFile, given: ValueObject) => Result<ValueObject>
  /** Answers of the modes without a graph. */
  readonly answer: BasicExecutor
  readonly models: ModelDirectory
  /** The models as one run sees them: its calls are protected, limited and counted. */
  readonly modelsOf: (by: RunCaller, note: NoteCall) => ModelDirectory
  readonly annotations: {
    /** The stored answer to such a question, if the app has one. Failures were logged. */
    match(caller: Caller, appId: AppId, query: string, signal: AbortSignal): Promise<AnnotationHit | undefined>
  }
  /** Runs at the same time; more are refused. */
  readonly maxRuns: number
  /** Milliseconds an ended run can still be read. */
  readonly replayMs: number
}

/** Who asks models in a run. */
export interface RunCaller {
  readonly caller: Caller
  readonly appId: AppId
  readonly runId: RunId
  readonly endUserId: EndUserId | null
  /** The caller's own name for its user. */
  readonly user: string
}

export interface StartRun {
  readonly app: RunnableApp
  /** As the caller gave them; checked here. */
  readonly inputs: ValueObject
  readonly files?: readonly FileValue[]
  /** The caller's own name for the end user. */
  readonly user: string
  /** Where the call came from, e.g. `service-api`. */
  readonly source: 'service-api' | 'command-line' | 'console'
  /** For chat apps. */
  readonly query?: string
  /** The caller's own id of the trace this run belongs to. */
  readonly traceId?: string
  /** Whether a new conversation gets a title of its own. Default false: it is called after its first question. */
  readonly autoName?: boolean
  /** Earlier turns that the caller brings along, oldest first. Only a new conversation takes them. */
  readonly history?: readonly ChatMessage[]
  /** Continues this conversation of the same user. */
  readonly conversationId?: ConversationId
}

/** Named by its task or its id. */
export interface StopRun {
  readonly taskId?: string
  readonly runId?: RunId
  readonly reason: string
  may?(facts: RunFacts): boolean
}

export interface Runs {
  /** @throws RunError `run/invalid-inputs` (`details.issues`), `run/conversation-not-found`,
   *  `run/too-many` (retryable), `run/shutting-down` (retryable) */
  start(caller: Caller, request: StartRun): Promise<LiveRun>
  /** A run of this tenant that is going on in this process. */
  find(caller: Caller, taskId: string): LiveRun | undefined
  /** The same by the run's id. Runs that ended a short while ago are found too, for readers that come back. */
  findRun(caller: Caller, id: RunId): LiveRun | undefined
  /** How a run of the app stands, or stood when it ended. */
  get(caller: Caller, appId: AppId, id: RunId): Promise<Run | undefined>
  /** Lets a paused run go on with the answers there are. Never starts it twice, and not while the server shuts down: then the
   *  next start finds it. */
  goOn(caller: Caller, id: RunId): Promise<LiveRun | undefined>
  /** A run that waits for people and is not in memory, for readers. */
  revive(caller: Caller, id: RunId): Promise<LiveRun | undefined>
  /** @throws RunError `run/too-many` (retryable) when no run more may go on now */
  requireRoom(): void
  /** Stops a run that goes on here, or that waits for people wherever it ran. @returns false when there is none, or `may` refuses */
  stop(caller: Caller, run: StopRun): Promise<boolean>
  /** Stops what is going on and waits until its end is written. Runs that wait for people go on waiting. */
  close(): Promise<void>
}
