// Routers of the gateway and its live configuration over the management API.

import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { ValueObject } from '../../base/value.ts'
import type { ConfigurationStatus } from '../../product/gateway/live-configuration.ts'
import type { RouterEntry } from '../../product/gateway/router-book.ts'
import type { Answer, Question } from '../../product/gateway/tenant-routers.ts'
import {
  createRouter,
  deleteRouter,
  getConfiguration,
  getRouter,
  listRouters,
  reloadConfiguration,
  tryRouter,
  updateRouter,
} from '../../wire/management/routers.ts'
import { memberCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { isoTime, isoTimeOrNull } from './lists.ts'

export const routerRoutes =
  ({ routers, liveConfiguration }: Pick<ServerParts, 'routers' | 'liveConfiguration'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, listRouters, ({ request }) => ({
      items: routers.list(memberCallerOf(request).caller).map(toRouterBody),
      nextCursor: null,
    }))
    addRoute(server, createRouter, async ({ body: { name, definition }, request }) =>
      toRouterBody(await routers.create(memberCallerOf(request).caller, name, definition)),
    )
    addRoute(server, getRouter, ({ params, request }) =>
      toRouterBody(routers.get(memberCallerOf(request).caller, params.name)),
    )
    addRoute(server, updateRouter, async ({ params, body: { definition, baseVersion }, request }) => {
      const change = { definition, baseVersion: baseVersion === undefined ? undefined : readVersion(baseVersion) }
      return toRouterBody(await routers.update(memberCallerOf(request).caller, params.name, change))
    })
    addRoute(server, deleteRouter, ({ params, request }) => routers.delete(memberCallerOf(request).caller, params.name))
    addRoute(server, tryRouter, ({ params, body, request }) =>
      toAnswerBody(routers.dryRun(memberCallerOf(request).caller, params.name, toQuestion(body))),
    )
    addRoute(server, getConfiguration, () => toStatusBody(liveConfiguration.status()))
    addRoute(server, reloadConfiguration, () => toStatusBody(liveConfiguration.reload('request')))
  }

/** What is no version was never one. */
const readVersion = (text: string): number => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0)

const toRouterBody = ({ router: { name, version, targets, definition }, stored }: RouterEntry) => ({
  name,
  source: stored ? ('tenant' as const) : ('configured' as const),
  version,
  description: definition.description ?? '',
  targets,
  definition: stored?.definition ?? definition,
  createdAt: isoTimeOrNull(stored?.createdAt ?? null),
  createdBy: stored?.createdBy ?? null,
  updatedAt: isoTimeOrNull(stored?.updatedAt ?? null),
  updatedBy: stored?.updatedBy ?? null,
})

/** Media of a trial have no bytes: that they are there is all that rules look at. */
const NO_BYTES = { type: 'base64', base64: '' } as const

const toQuestion = (body: z.output<typeof tryRouter.body>): Question => ({
  request: {
    messages: body.messages.map(({ role, content }) => ({
      role,
      content:
        typeof content === 'string'
          ? content
          : content.map((part) =>
              part.type === 'text'
                ? { type: 'text', text: part.text }
                : { type: 'media', kind: part.type, mimeType: 'application/octet-stream', data: NO_BYTES },
            ),
    })),
    // JSON of the body is plain data.
    ...(body.parameters && { parameters: body.parameters as ValueObject }),
    ...(body.tools && { tools: body.tools.map((name) => ({ name, parameters: {} })) }),
    ...(body.structuredOutput && { responseSchema: { name: 'answer', schema: {} } }),
  },
  metadata: body.metadata ?? {},
  only: body.target,
})

const toAnswerBody = ({ decision: { overrides, ...decision }, targets }: Answer) => ({
  decision: { ...decision, parameters: overrides },
  targets: targets.map((state) => ({
    target: state.id,
    healthy: state.healthy,
    pending: state.pending,
    firstTokenMs: state.firstTokenMs ?? null,
    tokenMs: state.tokenMs ?? null,
    promptPrice: state.promptPrice ?? null,
    completionPrice: state.completionPrice ?? null,
    contextTokens: state.contextTokens ?? null,
    features: state.features ? [...state.features] : null,
    quality: state.quality ?? null,
  })),
})

const toStatusBody = ({ version, loadedAt, waiting, failure }: ConfigurationStatus) => ({
  version,
  loadedAt: isoTime(loadedAt),
  waiting,
  failure: failure && { at: isoTime(failure.at), issues: failure.issues },
})
