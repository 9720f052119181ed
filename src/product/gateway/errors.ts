// What is wrong with a call of the gateway itself; failures of models, limits and routes have their own codes.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const gatewayErrors = {
  'gateway/unknown-model': 'There is no model, router or app {model}.',
  'gateway/wrong-kind': 'The model {model} does not serve {kind}.',
  'gateway/unsupported-parameter': 'The model {target} cannot take {fields}.',
} as const satisfies ErrorCatalogue

export type GatewayErrorCode = keyof typeof gatewayErrors

export class GatewayError extends PlatformError<GatewayErrorCode> {
  constructor(code: GatewayErrorCode, options?: ErrorOptions) {
    super(code, gatewayErrors[code], options)
  }
}
