// Who may call what: every route of the server with the right it asks for. A route without a row here does not register.
// Rights of roles stand in product/auth/permissions.ts. `METHOD /path`, parameters as the router writes them.

import type { Permission } from '../product/auth/permissions.ts'

export type Access =
  /** No key, no account. */
  | { readonly by: 'anyone' }
  /** A key of scope `app`: exactly its app. */
  | { readonly by: 'app-key' }
  /** A key of scope `gateway`: models of its tenant. */
  | { readonly by: 'gateway-key' }
  /** A signed-in account whose role in the tenant grants the permission, or a key of scope `tenant` that does. */
  | { readonly by: 'member'; readonly permission: Permission }
  /** Any signed-in account, about itself. */
  | { readonly by: 'account' }

const anyone: Access = { by: 'anyone' }
const app: Access = { by: 'app-key' }
const gateway: Access = { by: 'gateway-key' }
const account: Access = { by: 'account' }
const member = (permission: Permission): Access => ({ by: 'member', permission })

export const ACCESS: Readonly<Record<string, Access>> = {
  'GET /healthz': anyone,
  'GET /readyz': anyone,
  'GET /metrics': member('metrics.read'),

  // Service API
  'GET /v1/': anyone,
  'POST /v1/chat-messages': app,
  'POST /v1/chat-messages/:task_id/stop': app,
  'GET /v1/chat-messages/:task_id/events': app,
  'POST /v1/completion-messages': app,
  'POST /v1/completion-messages/:task_id/stop': app,
  'GET /v1/completion-messages/:task_id/events': app,
  'POST /v1/workflows/run': app,
  'POST /v1/workflows/:workflow_id/run': app,
  'GET /v1/workflows/run/:workflow_run_id': app,
  'GET /v1/workflows/logs': app,
  'POST /v1/workflows/tasks/:task_id/stop': app,
  'GET /v1/workflow/:workflow_run_id/events': app,
  'GET /v1/messages': app,
  'GET /v1/messages/:message_id/suggested': app,
  'POST /v1/messages/:message_id/feedbacks': app,
  'GET /v1/app/feedbacks': app,
  'GET /v1/conversations': app,
  'POST /v1/conversations/:conversation_id/name': app,
  'PATCH /v1/conversations/:conversation_id': app,
  'DELETE /v1/conversations/:conversation_id': app,
  'GET /v1/conversations/:conversation_id/variables': app,
  'PUT /v1/conversations/:conversation_id/variables/:variable_id': app,
  'POST /v1/files/upload': app,
  'GET /v1/files/:file_id/preview': app,
  'GET /v1/form/human_input/:form_token': app,
  'POST /v1/form/human_input/:form_token': app,
  'GET /v1/end-users/:end_user_id': app,
  'POST /v1/audio-to-text': app,
  'POST /v1/text-to-audio': app,
  'GET /v1/info': app,
  'GET /v1/parameters': app,
  'GET /v1/meta': app,
  'GET /v1/site': app,
  'GET /v1/apps/annotations': app,
  'POST /v1/apps/annotations': app,
  'PUT /v1/apps/annotations/:annotation_id': app,
  'DELETE /v1/apps/annotations/:annotation_id': app,
  'POST /v1/apps/annotation-reply/:action': app,
  'GET /v1/apps/annotation-reply/:action/status/:job_id': app,

  // Gateway
  'GET /v1/gateway/openapi.json': anyone,
  'POST /v1/chat/completions': gateway,
  'POST /v1/responses': gateway,
  'POST /v1/messages': gateway,
  'POST /v1/embeddings': gateway,
  'POST /v1/moderations': gateway,
  'POST /v1/rerank': gateway,
  'POST /v1/audio/transcriptions': gateway,
  'POST /v1/audio/translations': gateway,
  'POST /v1/audio/speech': gateway,
  'GET /v1/models': gateway,
  'GET /v1/models/health': gateway,
  'GET /v1/models/:model': gateway,
  // Names of models have slashes in them, which not everybody escapes.
  'GET /v1/models/*': gateway,

  // Management API
  'GET /api/openapi.json': anyone,
  'GET /api/setup': anyone,
  'POST /api/setup': anyone,
  'POST /api/auth/login': anyone,
  'POST /api/auth/refresh': anyone,
  'POST /api/auth/logout': account,
  'GET /api/auth/me': account,
  'PATCH /api/auth/me': account,
  'PUT /api/auth/password': account,
  'POST /api/auth/switch': account,
  'GET /api/tenants': account,
  'POST /api/tenants': member('tenant.create'),
  'GET /api/members': member('member.read'),
  'POST /api/members': member('member.edit'),
  'PATCH /api/members/:account_id': member('member.edit'),
  'DELETE /api/members/:account_id': member('member.edit'),
  'GET /api/invitations': member('member.read'),
  'DELETE /api/invitations/:invitation_id': member('member.edit'),
  'POST /api/invitations/accept': account,
  'POST /api/invitations/join': anyone,
  'GET /api/apps': member('app.read'),
  'POST /api/apps': member('app.edit'),
  'POST /api/apps/check': member('app.read'),
  'POST /api/apps/import': member('app.edit'),
  'GET /api/apps/:app_id': member('app.read'),
  'PATCH /api/apps/:app_id': member('app.edit'),
  'DELETE /api/apps/:app_id': member('app.delete'),
  'POST /api/apps/:app_id/duplicate': member('app.edit'),
  'GET /api/apps/:app_id/export': member('app.read'),
  'GET /api/apps/:app_id/export-with-secrets': member('app.secrets'),
  'GET /api/apps/:app_id/draft': member('app.read'),
  'PUT /api/apps/:app_id/draft': member('app.edit'),
  'DELETE /api/apps/:app_id/draft': member('app.edit'),
  'POST /api/apps/:app_id/publish': member('app.publish'),
  'GET /api/apps/:app_id/versions': member('app.read'),
  'GET /api/apps/:app_id/versions/:version_id': member('app.read'),
  'POST /api/apps/:app_id/versions/:version_id/restore': member('app.edit'),
  'POST /api/apps/:app_id/versions/:version_id/publish': member('app.publish'),
  'GET /api/apps/:app_id/diff': member('app.read'),
  'POST /api/apps/:app_id/runs': member('run.start'),
  'GET /api/keys': member('key.read'),
  'POST /api/keys': member('key.edit'),
  'DELETE /api/keys/:key_id': member('key.edit'),
  'GET /api/runs': member('run.read'),
  'GET /api/runs/:run_id': member('run.read'),
  'GET /api/runs/:run_id/events': member('run.read'),
  'POST /api/runs/:run_id/stop': member('run.stop'),
  'GET /api/forms': member('run.read'),
  'POST /api/forms/:form_id': member('run.start'),
  'GET /api/usage': member('run.read'),
  'GET /api/gateway/calls': member('gateway.read'),
  'GET /api/gateway/health': member('gateway.read'),
  'GET /api/conversations': member('conversation.read'),
  'GET /api/conversations/:conversation_id/messages': member('conversation.read'),
  'GET /api/files': member('file.read'),
  'POST /api/files': member('file.edit'),
  'GET /api/files/:file_id': member('file.read'),
  'GET /api/files/:file_id/content': member('file.read'),
  'DELETE /api/files/:file_id': member('file.edit'),
  'GET /api/providers': member('model.read'),
  'GET /api/models': member('model.read'),
  'GET /api/gateway/routers': member('gateway.read'),
  'POST /api/gateway/routers': member('gateway.edit'),
  'GET /api/gateway/routers/:name': member('gateway.read'),
  'PUT /api/gateway/routers/:name': member('gateway.edit'),
  'DELETE /api/gateway/routers/:name': member('gateway.edit'),
  'POST /api/gateway/routers/:name/dry-run': member('gateway.read'),
  'GET /api/gateway/configuration': member('gateway.read'),
  'POST /api/gateway/reload': member('gateway.edit'),
  'GET /api/settings': member('settings.read'),
  'PATCH /api/settings': member('settings.edit'),
}
