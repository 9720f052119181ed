// Contract of stored answers to expected questions. Types only.
//
// Glossary
//   annotation   a question and the answer somebody wrote for it
//   reply        giving the stored answer instead of running the app, when a query is near enough to a question
//   job          turning the reply on or off: turning it on embeds every question first
//
// A1  The reply is on only after a job has embedded every question with the model the settings name.
// A2  An annotation is kept whatever the embedding model does; without a vector it answers its very words alone.

import type { AnnotationJobRow } from '../../db/schema/apps.ts'
import type { Caller } from '../caller.ts'
import type { AnnotationId, AnnotationJobId, AppId } from '../ids.ts'
import type { AnnotationHit } from '../runs/events.ts'
import type { Page } from '../store-seams.ts'

export interface Annotation {
  readonly id: AnnotationId
  readonly appId: AppId
  readonly question: string
  readonly answer: string
  /** How often it was given as a reply. */
  readonly hitCount: number
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

export interface AnnotationText {
  readonly question: string
  readonly answer: string
}

export interface AnnotationList {
  readonly appId: AppId
  /** From 1. */
  readonly page: number
  /** 1 to 100. */
  readonly limit: number
  /** Text in the question or the answer, whatever the case of letters. */
  readonly keyword?: string
}

export interface ReplySettings {
  readonly enabled: boolean
  /** Cosine similarity from which a stored answer is given, 0 to 1. */
  readonly scoreThreshold: number
  readonly embeddingProvider: string
  readonly embeddingModel: string
}

export interface AnnotationJob {
  readonly id: AnnotationJobId
  readonly action: AnnotationJobRow['action']
  readonly status: AnnotationJobRow['status']
  /** Why it failed. */
  readonly error: string | null
}

export interface Annotations {
  /** Newest first. */
  list(caller: Caller, list: AnnotationList): Promise<Page<Annotation> & { readonly total: number }>
  /** @throws AnnotationError `annotation/too-many` */
  create(caller: Caller, appId: AppId, text: AnnotationText): Promise<Annotation>
  /** @throws AnnotationError `annotation/not-found` */
  update(caller: Caller, appId: AppId, id: AnnotationId, text: AnnotationText): Promise<Annotation>
  /** @throws AnnotationError `annotation/not-found` */
  remove(caller: Caller, appId: AppId, id: AnnotationId): Promise<void>
  /** Undefined when nobody ever configured the reply. */
  settings(caller: Caller, appId: AppId): Promise<ReplySettings | undefined>
  /** Starts a job in the background that turns the reply on. A job of the app that is not over yet is given up.
   *  @throws AnnotationError `annotation/model-missing` */
  enable(caller: Caller, appId: AppId, settings: Omit<ReplySettings, 'enabled'>): Promise<AnnotationJob>
  /** Turns the reply off at once; the job only says so. */
  disable(caller: Caller, appId: AppId): Promise<AnnotationJob>
  /** @throws AnnotationError `annotation/job-not-found` */
  job(caller: Caller, appId: AppId, id: AnnotationJobId): Promise<AnnotationJob>
  /** The stored answer for a query, counted as a hit; undefined when the reply is off or nothing is near enough. The very
   *  words of a question win; otherwise the highest cosine similarity from the threshold on. A failing embedding model
   *  counts as nothing found. Rejects with the signal's reason when aborted. */
  match(caller: Caller, appId: AppId, query: string, signal?: AbortSignal): Promise<AnnotationHit | undefined>
  /** Takes up the jobs that an ended process left. Called once, at start. @returns how many */
  resume(): Promise<number>
  /** Resolves when no job goes on. */
  settled(): Promise<void>
  /** Breaks off what goes on; jobs are taken up at the next start. */
  close(): Promise<void>
}
