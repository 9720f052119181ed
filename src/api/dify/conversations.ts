// The Service API's calls for conversations and their variables.

import type { FastifyInstance } from 'fastify'
import { stringifyJson } from '../../base/json.ts'
import type { Value, ValueObject } from '../../base/value.ts'
import type { ModelReference } from '../../model/spec.ts'
import { AppError } from '../../product/apps/errors.ts'
import type { AppFile } from '../../product/apps/file/spec.ts'
import type { OwnConversation } from '../../product/conversations/conversations.ts'
import { ConversationError } from '../../product/conversations/errors.ts'
import type { Conversation } from '../../product/conversations/store.ts'
import type { ConversationVariable } from '../../product/conversations/variables.ts'
import { serviceUser } from '../../product/end-users/service-user.ts'
import { type ConversationId, fromWireId, toWireId } from '../../product/ids.ts'
import {
  deleteConversation,
  listConversations,
  listConversationVariables,
  nameConversation,
  renameConversation,
  setConversationVariable,
} from '../../wire/dify/conversations.ts'
import { type AppCaller, appCallerOf } from '../authenticate.ts'
import { invalidParam } from '../errors.ts'
import { addRoute, type Call } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { requireChat } from './app-modes.ts'
import { toSeconds } from './times.ts'

export const conversationRoutes = (parts: ServerParts) => async (server: FastifyInstance) => {
  const { apps, conversations } = parts

  addRoute(server, listConversations, async ({ query, request }) => {
    const app = appCallerOf(request)
    await requireChat(apps, app)
    const { limit, sort_by: sortBy, last_id: last } = query
    const after = last === undefined ? undefined : readId(last)
    const page = await conversations.list(app.caller, serviceUser(app.appId, query.user), {
      limit,
      sortBy,
      ...(after && { after }),
    })
    return { limit, has_more: page.hasMore, data: page.items.map(toConversation) }
  })

  const name = async ({ params, body, request }: Call<typeof nameConversation | typeof renameConversation>) => {
    const app = appCallerOf(request)
    await requireChat(apps, app)
    const own = ownConversation(app, params.conversation_id, body.user)
    if (body.auto_generate) {
      const model = await publishedModel(parts, app)
      return toConversation(await conversations.autoName(app.caller, own, model))
    }
    if (body.name === undefined) throw invalidParam('name', 'is required unless auto_generate is true')
    return toConversation(await conversations.rename(app.caller, own, body.name))
  }
  addRoute(server, nameConversation, name)
  addRoute(server, renameConversation, name)

  addRoute(server, deleteConversation, async ({ params, body, request }) => {
    const app = appCallerOf(request)
    await requireChat(apps, app)
    await conversations.remove(app.caller, ownConversation(app, params.conversation_id, body.user))
  })

  addRoute(server, listConversationVariables, async ({ params, query, request }) => {
    const app = appCallerOf(request)
    await requireChat(apps, app)
    const { limit, last_id: after, variable_name: variableName, user } = query
    const own = ownConversation(app, params.conversation_id, user)
    const page = await conversations.variables(app.caller, own, {
      declared: (await published(parts, app))?.conversation ?? [],
      limit,
      ...(after !== undefined && { after }),
      ...(variableName !== undefined && { name: variableName }),
    })
    return { limit, has_more: page.hasMore, data: page.items.map(toVariable) }
  })

  addRoute(server, setConversationVariable, async ({ params, body, request }) => {
    const app = appCallerOf(request)
    await requireChat(apps, app)
    const own = ownConversation(app, params.conversation_id, body.user)
    const variable = await conversations.setVariable(app.caller, own, {
      declared: (await published(parts, app))?.conversation ?? [],
      variableId: params.variable_id,
      // The body was read as JSON, so it holds values alone.
      value: body.value as Value,
    })
    return toVariable(variable)
  })
}

const readId = (text: string): ConversationId => {
  const id = fromWireId('conv', text)
  if (!id) throw new ConversationError('conversation/not-found')
  return id
}

const ownConversation = ({ appId }: AppCaller, id: string, user: string | undefined): OwnConversation => ({
  owner: serviceUser(appId, user),
  id: readId(id),
})

/** Conversations outlive the publication of their app. */
const published = async ({ apps }: ServerParts, { caller, appId }: AppCaller): Promise<AppFile | undefined> => {
  try {
    return (await apps.open(caller, appId)).file
  } catch (error) {
    if (error instanceof AppError && error.code === 'app/not-published') return undefined
    throw error
  }
}

const publishedModel = async (parts: ServerParts, app: AppCaller): Promise<ModelReference | undefined> => {
  const model = (await published(parts, app))?.modelConfig?.model
  return model && model.name !== '' ? model : undefined
}

const toConversation = (conversation: Conversation): ValueObject => ({
  id: toWireId(conversation.id),
  name: conversation.name,
  inputs: conversation.inputs,
  status: 'normal',
  introduction: conversation.introduction,
  created_at: toSeconds(conversation.createdAt),
  updated_at: toSeconds(conversation.updatedAt),
})

const toVariable = (variable: ConversationVariable): ValueObject => ({
  id: variable.id,
  name: variable.name,
  value_type: variable.type,
  value: typeof variable.value === 'string' ? variable.value : stringifyJson(variable.value),
  description: variable.description,
  created_at: toSeconds(variable.createdAt),
  updated_at: toSeconds(variable.updatedAt),
})
