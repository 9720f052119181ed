// One call of a promised API as data: what its documents, its checks and its clients are made from. Types and one constructor.
//
// Glossary
//   operation   method and address of a call, with the schemas of everything that goes in and out
//   surface     the family a call belongs to; each has its own form of errors

import type { z } from 'zod'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Answer {
  readonly description: string
  /** Absent: no body. */
  readonly schema?: z.ZodType
  /** Default `application/json`. */
  readonly contentType?: string
}

export interface Operation {
  readonly method: Method
  /** As OpenAPI writes it: `/v1/messages/{message_id}/feedbacks`. */
  readonly path: string
  /** Unique within its surface; the name of the call in generated clients, in camel case. */
  readonly id: string
  /** One line, present tense. */
  readonly summary: string
  readonly tag: string
  /** Of the address; each a text. Absent: every parameter is any text. */
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** Default `application/json`. */
  readonly bodyType?: 'application/json' | 'multipart/form-data'
  /** By status; only successes. Every surface adds its form of errors. */
  readonly answers: Readonly<Record<number, Answer>>
  /** Statuses of the errors this call may answer, beside 401, 413, 415 and 500. */
  readonly errors?: readonly number[]
}

export const defineOperation = <const O extends Operation>(operation: O): O => operation
