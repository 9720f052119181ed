// Turns what a Python process answered into a result or an error. The answer is untrusted: every field is checked.

import { z } from 'zod'
import { SandboxError } from '../../errors.ts'
import type { CodeResult, SandboxLimits } from '../../spec.ts'
import { splitHeader } from './frame-reader.ts'

const outerSchema = z.object({
  failure: z.enum(['', 'deadline', 'memory', 'lost', 'exit', 'abort', 'stack', 'trap']),
  elapsedMs: z.number(),
  /** The process ends after this answer. */
  last: z.boolean(),
})

const sizes = { resultBytes: z.int().nonnegative(), stdoutBytes: z.int().nonnegative() }
const innerSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('ok'), ...sizes }),
  z.object({ status: z.literal('too-large'), ...sizes }),
  z.object({ status: z.literal('memory'), ...sizes }),
  z.object({ status: z.literal('package'), package: z.string().max(200), ...sizes }),
  z.object({
    status: z.literal('error'),
    errorType: z.string().max(200),
    message: z.string().max(10_000),
    line: z.int().nullable(),
    ...sizes,
  }),
])

export type Reply = { readonly last: boolean } & ({ readonly result: CodeResult } | { readonly error: SandboxError })

export const timeLimit = ({ timeMs }: SandboxLimits): SandboxError =>
  new SandboxError('sandbox/time-limit', { details: { limitMs: timeMs } })

export const memoryLimit = ({ memoryBytes }: SandboxLimits): SandboxError =>
  new SandboxError('sandbox/memory-limit', { details: { limitBytes: memoryBytes } })

const scriptError = (errorType: string, message: string, line: number | null): SandboxError =>
  new SandboxError('sandbox/script-error', { details: { message, errorType, ...(line === null ? {} : { line }) } })

const brokenOff = (failure: z.infer<typeof outerSchema>['failure'], limits: SandboxLimits): SandboxError => {
  switch (failure) {
    case 'deadline':
      return timeLimit(limits)
    case 'memory':
      return memoryLimit(limits)
    case 'exit':
      return scriptError('SystemExit', 'SystemExit: the code ended its process', null)
    case 'stack':
      return scriptError('RecursionError', 'RecursionError: maximum recursion depth exceeded', null)
    case '':
    case 'lost':
    case 'abort':
    case 'trap':
      return new SandboxError('sandbox/crashed', { details: { failure } })
  }
}

/** @returns undefined when the answer breaks the protocol */
export const readReply = (payload: Buffer, limits: SandboxLimits): Reply | undefined => {
  const outer = splitHeader(payload)
  const status = outerSchema.safeParse(outer?.header)
  if (outer === undefined || !status.success) return undefined
  const { failure, elapsedMs, last } = status.data
  if (failure !== '') return { last, error: brokenOff(failure, limits) }
  const inner = splitHeader(outer.rest)
  const parsed = innerSchema.safeParse(inner?.header)
  if (inner === undefined || !parsed.success) return undefined
  const reply = parsed.data
  if (inner.rest.length !== reply.resultBytes + reply.stdoutBytes) return undefined
  switch (reply.status) {
    case 'ok': {
      const resultJson = inner.rest.subarray(0, reply.resultBytes).toString()
      const stdout = inner.rest.subarray(reply.resultBytes).toString()
      return { last, result: { resultJson, stdout, elapsedMs } }
    }
    case 'too-large':
      return {
        last,
        error: new SandboxError('sandbox/output-too-large', { details: { limitBytes: limits.outputBytes } }),
      }
    case 'memory':
      return { last, error: memoryLimit(limits) }
    case 'package':
      return { last, error: new SandboxError('sandbox/package-missing', { details: { package: reply.package } }) }
    case 'error':
      return { last, error: scriptError(reply.errorType, reply.message, reply.line) }
  }
}
