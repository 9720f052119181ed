// OpenAI's models as Azure serves them: the same formats, below other addresses and behind another header.

import { openAiFormat } from './openai.ts'
import { startVendor, type VendorFormat, type VendorRequest, type VendorServer } from './vendor-server.ts'

/** The request as OpenAI would have got it; undefined for an address Azure does not have. */
const toPlain = (request: VendorRequest): VendorRequest | undefined => {
  const authorization = `Bearer ${request.headers['api-key'] ?? ''}`
  const headers = { ...request.headers, authorization }
  const [, route] = /^\/openai\/v1(\/.+)$/.exec(request.path) ?? []
  if (route !== undefined) return { ...request, headers, path: `/v1${route}` }
  const [, deployment, action] =
    /^\/openai\/deployments\/([^/]+)(\/.+)\?api-version=\d{4}-\d{2}-\d{2}(?:-preview)?$/.exec(request.path) ?? []
  if (deployment !== undefined) {
    // The deployment's model answers, whatever the body says.
    return { ...request, headers, path: `/v1${action}`, body: { ...request.body, model: deployment } }
  }
  const [, plain] = /^\/openai(\/(?:models|responses))\?api-version=[\d-]+$/.exec(request.path) ?? []
  return plain === undefined ? undefined : { ...request, headers, path: `/v1${plain}` }
}

const format: VendorFormat = {
  check(request) {
    const plain = toPlain(request)
    return plain ? openAiFormat.check(plain) : { status: 404, message: 'Resource not found' }
  },
  answer(request, reply) {
    const plain = toPlain(request)
    return plain && openAiFormat.answer(plain, reply)
  },
  brokenStream: (request, reply, kind) => openAiFormat.brokenStream(toPlain(request) ?? request, reply, kind),
  errorBody: openAiFormat.errorBody,
}

export const startAzure = (): Promise<VendorServer> => startVendor(format)
