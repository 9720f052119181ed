// Contract of forms: what people are asked while a run waits, and what they answered. Types only.
//
// Glossary
//   form      one question of one node of one run; it is answered once, or its time runs out
//   token     the name under which whoever started the run reads and answers a form
//   request   what the form shows: content, fields, buttons

import type { Value, ValueObject } from '../../base/value.ts'
import type { FormAnswer, FormInput, FormRequest } from '../../nodes/human-input/form.ts'
import type { Caller } from '../caller.ts'
import type { AppId, FormId, RunId } from '../ids.ts'
import type { Page } from '../store-seams.ts'

/** What surfaces word; the node kind says what it is. */
export type { FormInput, FormRequest }

export interface Form {
  readonly id: FormId
  readonly appId: AppId
  readonly runId: RunId
  /** Of the node that asks. */
  readonly executionId: string
  readonly nodeId: string
  readonly nodeTitle: string
  /** Null when only members may answer. */
  readonly token: string | null
  readonly request: FormRequest
  /** `closed`: the run ended before anybody answered. */
  readonly status: 'open' | 'submitted' | 'expired' | 'closed'
  readonly answer: FormAnswer | null
  readonly answeredBy: string | null
  readonly answeredAt: number | null
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  readonly createdAt: number
}

export type ListedForm = Form & { readonly appName: string }

/** As somebody filled it in; not checked yet. */
export interface Submission {
  readonly actionId: string
  /** Files come as `FileValue`: whoever takes them from outside knows whose they are. */
  readonly values: Readonly<Record<string, Value>> | ValueObject
  /** Id of the end user or account. */
  readonly by: string
}

export interface FormQuery {
  readonly limit: number
  /** The last form of the page before. */
  readonly after?: Pick<Form, 'id' | 'createdAt'>
  readonly appId?: AppId
  readonly runId?: RunId
  readonly status?: Form['status']
}

export interface Forms {
  /** An open form of the app by its token.
   *  @throws FormError `form/not-found`, `form/submitted`, `form/expired` */
  open(caller: Caller, appId: AppId, token: string): Promise<Form>
  /** An open form for a member. @throws FormError `form/not-found`, `form/submitted`, `form/expired` */
  openForMember(caller: Caller, id: FormId): Promise<Form>
  /** Answers the form and lets its run go on. Of two answers one wins.
   *  @throws FormError `form/invalid` (`details.message`), `form/submitted`, `form/expired`; RunError `run/too-many` (retryable) */
  submit(caller: Caller, form: Form, submission: Submission): Promise<void>
  /** Newest first. */
  list(caller: Caller, query: FormQuery): Promise<Page<ListedForm>>
  /** Forms of runs, oldest first; at most 200 runs. */
  ofRuns(caller: Caller, runIds: readonly RunId[]): Promise<readonly Form[]>
  /** From now on forms whose time runs out are closed by this process; also takes up what an earlier one left. */
  watch(): Promise<void>
  close(): Promise<void>
}
