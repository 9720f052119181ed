// What can be wrong with a router, and why a request finds no target.

import { type ErrorCatalogue, type ErrorOptions, type Issue, PlatformError } from '../../base/errors.ts'

export const routeErrors = {
  'route/no-target': 'No target of the router {router} can serve this request: {reasons}',
  'route/not-a-target': '{target} is not one of the targets of the router {router}.',
  'route/not-found': 'There is no router of this name.',
  'route/name-taken': 'There is a router of this name already.',
  'route/changed': 'The router is at version {version} by now.',
  'route/configured': 'The router {router} stands in the configuration of the server and is changed there.',
  'route/too-many': 'A tenant has at most {limit} routers.',
  'route/invalid-router': 'The router cannot be used: {message}',
  'route/invalid': '{reason}',
  'route/unknown-key': 'There is no setting {key} here.',
  'route/unknown-target': '{target} cannot be a target: {reason}',
  'route/unknown-router': 'There is no router {router}.',
  'route/unknown-panel': 'There is no panel {panel}.',
  'route/unknown-stage': 'There is no stage {stage}.',
  'route/duplicate-name': 'The name {name} stands here twice.',
  'route/cycle': 'The routers lead in a circle: {path}.',
  'route/file-refused': 'The configuration was not taken over: {message}',
} as const satisfies ErrorCatalogue

export type RouteErrorCode = keyof typeof routeErrors

export class RouteError extends PlatformError<RouteErrorCode> {
  constructor(code: RouteErrorCode, options?: ErrorOptions) {
    super(code, routeErrors[code], options)
  }
}

export const routeIssue = (path: string, code: RouteErrorCode, details: Record<string, unknown> = {}): Issue =>
  Object.freeze({ path, code, message: new RouteError(code, { details }).message })
