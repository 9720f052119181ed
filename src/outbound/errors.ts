// Failures of requests to the outside.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../base/errors.ts'

export const outboundErrors = {
  'outbound/forbidden-address': 'Requests to {host} are not allowed: {reason}',
  'outbound/forbidden-scheme': 'Only http and https addresses are allowed, not {scheme}.',
  'outbound/bad-url': 'The address {url} cannot be read.',
  'outbound/bad-request': 'The request cannot be sent: {reason}',
  'outbound/bad-rule': 'The allowed address {entry} is neither a host name, an IP address nor a CIDR range.',
  'outbound/too-many-redirects': 'The server redirected more than {limit} times.',
  'outbound/too-large': 'The answer is larger than {limitBytes} bytes.',
  'outbound/timeout': 'The server did not answer within {limitMs} ms.',
  'outbound/unreachable': 'The server at {host} cannot be reached: {message}',
} as const satisfies ErrorCatalogue

export type OutboundErrorCode = keyof typeof outboundErrors

export class OutboundError extends PlatformError<OutboundErrorCode> {
  constructor(code: OutboundErrorCode, options?: ErrorOptions) {
    super(code, outboundErrors[code], options)
  }
}
