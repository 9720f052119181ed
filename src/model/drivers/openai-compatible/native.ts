// OpenAI's two protocols for callers who speak them themselves.

import type { NativeFormat } from '../http/native.ts'
import { readOpenAiError, readResponsesError } from './errors.ts'
import { chatUsageOf, responseUsageOf } from './usage.ts'
import { type Address, plainAddress } from './wire.ts'

export const openAiNatives = (
  { responses }: { readonly responses: boolean },
  address: Address = plainAddress,
): readonly NativeFormat[] => [
  {
    protocol: 'openai-chat',
    path: (model) => address('/chat/completions', model),
    readError: readOpenAiError,
    usageOf: chatUsageOf,
    streamUsage: 'on-request',
  },
  ...(responses
    ? [
        {
          protocol: 'openai-responses',
          path: (model: string) => address('/responses', model),
          readError: readResponsesError,
          usageOf: responseUsageOf,
          streamUsage: 'always',
        } as const,
      ]
    : []),
]
