// What users do with questions and answers that were given before: read them, rate them, ask what to ask next.
//
// U1  A user sees conversations and messages of their own alone; anybody else's are as good as absent.

import { meterModels } from '../../model/metered.ts'
import type { ChatMessage, ModelDirectory } from '../../model/spec.ts'
import type { Apps } from '../apps/apps.ts'
import { readFeatures } from '../apps/features.ts'
import type { AppFile } from '../apps/file/spec.ts'
import type { Caller } from '../caller.ts'
import { ConversationError } from '../conversations/errors.ts'
import type { Feedback, FeedbackStore } from '../conversations/feedbacks.ts'
import type { MessageFile, MessageFileStore } from '../conversations/message-files.ts'
import type { Message, MessageStore } from '../conversations/messages.ts'
import type { ConversationStore } from '../conversations/store.ts'
import { serviceUser } from '../end-users/service-user.ts'
import type { EndUser, EndUserStore } from '../end-users/store.ts'
import type { Form } from '../forms/spec.ts'
import type { FormStore } from '../forms/store.ts'
import type { AppId, ConversationId, MessageId } from '../ids.ts'
import type { QuestionRequest } from '../runs/features/suggested-questions.ts'
import type { Page } from '../store-seams.ts'
import type { UsageRecorder } from '../usage/recorder.ts'
import { MessageError } from './errors.ts'

export interface MessagesParts {
  readonly stores: {
    readonly messages: MessageStore
    readonly messageFiles: Pick<MessageFileStore, 'list'>
    readonly feedbacks: FeedbackStore
    readonly conversations: ConversationStore
    readonly endUsers: EndUserStore
    readonly forms: Pick<FormStore, 'ofRuns'>
  }
  readonly apps: Pick<Apps, 'open'>
  readonly models: ModelDirectory
  readonly usage: Pick<UsageRecorder, 'beside'>
  /** Never fails: no questions instead. */
  readonly suggest: (request: QuestionRequest) => Promise<readonly string[]>
}

export interface MessageWithFiles extends Message {
  readonly attached: readonly MessageFile[]
  /** What people were asked in its run. */
  readonly forms: readonly Form[]
}

/** One user's message. `user` as callers name them; absent for the shared user of calls that name none. */
export interface OwnMessage {
  readonly appId: AppId
  readonly id: MessageId
  readonly user?: string
}

export interface HistoryPage {
  readonly appId: AppId
  readonly conversationId: ConversationId
  readonly user?: string
  /** Only messages older than this one. */
  readonly before?: MessageId
  /** 1 to 100. */
  readonly limit: number
}

export interface Messages {
  /** The newest messages of the page, oldest first.
   *  @throws ConversationError `conversation/not-found`; MessageError `message/not-found` for `before` */
  history(caller: Caller, page: HistoryPage): Promise<Page<MessageWithFiles>>
  /** Gives, changes or, with null, takes back the user's rating.
   *  @throws MessageError `message/not-found`, `message/nothing-to-revoke` */
  rate(
    caller: Caller,
    message: OwnMessage,
    rating: { readonly rating: Feedback['rating'] | null; readonly content?: string },
  ): Promise<void>
  /** All ratings of the app, newest first. @param page.page from 1 */
  ratings(
    caller: Caller,
    appId: AppId,
    page: { readonly page: number; readonly limit: number },
  ): Promise<Page<Feedback>>
  /** What the user might ask after this message; none when the model cannot say.
   *  @throws MessageError `message/not-found`, `message/no-suggestions`; AppError as `Apps.open` */
  suggestions(caller: Caller, message: OwnMessage, signal: AbortSignal): Promise<readonly string[]>
}

/** Turns a model is shown before it suggests questions. Source: the app format. */
const SHOWN_TURNS = 3

export const createMessages = (parts: MessagesParts): Messages => {
  const { stores, apps, models, suggest, usage } = parts

  const findUser = (caller: Caller, appId: AppId, user: string | undefined): Promise<EndUser | undefined> =>
    stores.endUsers.find(caller, serviceUser(appId, user))

  const find = async (caller: Caller, { appId, id, user }: OwnMessage) => {
    const endUser = await findUser(caller, appId, user)
    const message = endUser && (await stores.messages.get(caller, { appId, id, endUserId: endUser.id }))
    if (!message) throw new MessageError('message/not-found')
    return { message, endUser }
  }

  const attach = async (caller: Caller, appId: AppId, messages: readonly Message[]): Promise<MessageWithFiles[]> => {
    const runIds = messages.flatMap(({ runId }) => runId ?? [])
    const [files, forms] = await Promise.all([
      stores.messageFiles.list(
        caller,
        appId,
        messages.map(({ id }) => id),
      ),
      stores.forms.ofRuns(caller, runIds),
    ])
    return messages.map((message) => ({
      ...message,
      attached: files.filter(({ messageId }) => messageId === message.id),
      forms: forms.filter(({ runId }) => runId === message.runId),
    }))
  }

  const lastTurns = async (caller: Caller, message: Message): Promise<readonly ChatMessage[]> => {
    const { appId, conversationId, id } = message
    const earlier =
      conversationId === null
        ? undefined
        : await stores.messages.list(caller, { appId, conversationId, before: id, limit: SHOWN_TURNS - 1 })
    return [...(earlier?.items ?? []), message].flatMap(({ query, answer }): ChatMessage[] =>
      answer === ''
        ? []
        : [
            { role: 'user', content: query },
            { role: 'assistant', content: answer },
          ],
    )
  }

  return {
    async history(caller, { appId, conversationId, user, before, limit }) {
      const endUser = await findUser(caller, appId, user)
      const reference = endUser && { appId, id: conversationId, endUserId: endUser.id }
      if (!reference || !(await stores.conversations.get(caller, reference))) {
        throw new ConversationError('conversation/not-found')
      }
      const page = await stores.messages.list(caller, { appId, conversationId, limit, ...(before && { before }) })
      if (!page) throw new MessageError('message/not-found')
      return { items: await attach(caller, appId, page.items), hasMore: page.hasMore }
    },

    async rate(caller, own, { rating, content }) {
      const { message, endUser } = await find(caller, own)
      const about = { appId: own.appId, messageId: message.id, endUserId: endUser.id }
      if (rating !== null) return stores.feedbacks.give(caller, { ...about, rating, content: content ?? null })
      if (!(await stores.feedbacks.takeBack(caller, about))) throw new MessageError('message/nothing-to-revoke')
    },

    ratings: (caller, appId, page) => stores.feedbacks.list(caller, appId, page),

    async suggestions(caller, own, signal) {
      const { message, endUser } = await find(caller, own)
      const { file } = await apps.open(caller, own.appId)
      const { enabled, model, prompt } = readFeatures(file).suggestedQuestionsAfterAnswer
      if (!enabled) throw new MessageError('message/no-suggestions')
      const history = await lastTurns(caller, message)
      if (history.length === 0) return []
      const chosen = model ?? modelOf(file)
      return suggest({
        models: meterModels(models, usage.beside(caller, { appId: own.appId, endUserId: endUser.id })),
        history,
        signal,
        ...(chosen && { model: chosen }),
        ...(prompt !== undefined && { prompt }),
      })
    },
  }
}

/** The model of the basic modes; graphs have many, or none. */
const modelOf = (file: AppFile) => (file.modelConfig?.model.name ? file.modelConfig.model : undefined)
