// Calls that are not chat: one target, limits before, books after.

import type { Clock } from '../../base/seams.ts'
import { ModelError } from '../../model/errors.ts'
import type { Limiter, Subject } from '../../model/limit/spec.ts'
import type { Account, Resilience, Target } from '../../model/resilience/spec.ts'
import type { ModelKind, ModelUsage } from '../../model/spec.ts'
import { estimateTokens } from '../../model/usage.ts'
import { GatewayError } from './errors.ts'
import { findNamed, type Routers } from './naming.ts'
import type { CallRecords } from './records.ts'
import type { CallRecord, Gateway, GatewayCaller } from './spec.ts'
import type { Targets } from './targets.ts'

export interface KindParts {
  readonly clock: Clock
  readonly targets: Targets
  readonly routers: Routers
  readonly resilience: Resilience
  readonly limiter: Limiter
  readonly records: CallRecords
  readonly nextId: () => string
  readonly subjectsOf: (by: GatewayCaller) => readonly Subject[]
  /** The configured default of a kind, as a target. */
  readonly defaultOf: (kind: ModelKind) => string | undefined
}

type Kinds = Pick<Gateway, 'embed' | 'rerank' | 'moderate' | 'transcribe' | 'speak'>

interface KindCall<T> {
  readonly kind: Exclude<ModelKind, 'chat'>
  readonly model: string
  readonly tokens: number
  readonly work: (account: Account, target: Target, signal: AbortSignal) => Promise<T>
  readonly tokensOf: (answer: T) => number
}

export const kindCalls = (parts: KindParts): Kinds => {
  const { clock, records } = parts

  const targetOf = (by: GatewayCaller, kind: ModelKind, written: string): Target => {
    const name = written === '' ? parts.defaultOf(kind) : written
    if (name === undefined) throw new GatewayError('gateway/unknown-model', { details: { model: `(${kind})` } })
    const named = findNamed(parts, by.caller, name, kind)
    if (named.type === 'target') return named.target
    throw new GatewayError('gateway/wrong-kind', { details: { model: written, kind } })
  }

  const call = async <T>(
    by: GatewayCaller,
    { kind, model, tokens, work, tokensOf }: KindCall<T>,
    signal: AbortSignal,
  ) => {
    const begun = clock.elapsed()
    const startedAt = clock.now()
    const target = targetOf(by, kind, model)
    const admitted = parts.limiter.admit(
      {
        subjects: parts.subjectsOf(by),
        targets: [target.id],
        promptTokens: tokens,
        maxCompletionTokens: 0,
        priority: 'normal',
      },
      signal,
    )
    const admission = admitted instanceof Promise ? await admitted : admitted
    const record = (end: Pick<CallRecord, 'status'> & Partial<CallRecord>): void =>
      records.add({
        id: parts.nextId(),
        by,
        door: kind,
        model,
        target: target.id,
        router: null,
        rule: null,
        reasons: [],
        cache: 'off',
        attempts: [],
        usage: undefined,
        costNanoUsd: undefined,
        errorCode: null,
        startedAt,
        elapsedMs: clock.elapsed() - begun,
        firstTokenMs: null,
        ...end,
      })
    try {
      const attempt = (_: Target, account: Account, inner: AbortSignal) => work(account, target, inner)
      const { value, over, attempts } = await parts.resilience.call([target], attempt, { signal })
      over({ outcome: 'complete' })
      const usage = promptUsage(tokensOf(value))
      const { costNanoUsd } = admission.settle(target.id, usage)
      record({ status: 'succeeded', attempts, usage, costNanoUsd })
      return { value, target: target.id }
    } catch (error) {
      admission.release()
      record({ status: signal.aborted ? 'aborted' : 'failed', errorCode: codeOf(error) })
      throw error
    }
  }

  return {
    async embed(by, { model, texts, dimensions }, signal) {
      const { value, target } = await call(
        by,
        {
          kind: 'embedding',
          model,
          tokens: tokensIn(texts),
          work: async (account, { model: name }, inner) => {
            if (dimensions !== undefined) throw cannot(name, 'dimensions')
            return served(account.provider.embedding?.(name), name, 'embedding').embed(texts, inner)
          },
          tokensOf: ({ promptTokens }) => promptTokens,
        },
        signal,
      )
      return { target, vectors: value.vectors, promptTokens: value.promptTokens }
    },
    async rerank(by, { model, query, documents, topN }, signal) {
      const { value, target } = await call(
        by,
        {
          kind: 'rerank',
          model,
          tokens: tokensIn([query, ...documents]),
          work: (account, { model: name }, inner) =>
            served(account.provider.rerank?.(name), name, 'rerank').rerank(
              query,
              documents,
              topN === undefined ? {} : { topN },
              inner,
            ),
          tokensOf: ({ tokens }) => tokens,
        },
        signal,
      )
      return { target, results: value.results, tokens: value.tokens }
    },
    async moderate(by, { model, texts }, signal) {
      const { value, target } = await call(
        by,
        {
          kind: 'moderation',
          model,
          tokens: tokensIn(texts),
          work: (account, { model: name }, inner) =>
            served(account.provider.moderation?.(name), name, 'moderation').moderate(texts, inner),
          tokensOf: () => tokensIn(texts),
        },
        signal,
      )
      return { target, verdicts: value }
    },
    async transcribe(by, { model, audio, language, translate }, signal) {
      const { value, target } = await call(
        by,
        {
          kind: 'transcription',
          model,
          tokens: 0,
          work: async (account, { model: name }, inner) => {
            if (translate) throw cannot(name, 'translation')
            const options = language === undefined ? {} : { language }
            return served(account.provider.transcription?.(name), name, 'transcription').transcribe(
              audio,
              options,
              inner,
            )
          },
          tokensOf: () => 0,
        },
        signal,
      )
      return { target, text: value.text }
    },
    async speak(by, { model, text, voice }, signal) {
      const { value, target } = await call(
        by,
        {
          kind: 'speech',
          model,
          tokens: estimateTokens(text),
          work: async (account, { model: name }, inner) => {
            const speech = served(account.provider.speech?.(name), name, 'speech')
            const chunks = speech.speak(text, voice === undefined ? {} : { voice }, inner)[Symbol.asyncIterator]()
            return { mimeType: speech.mimeType, first: await chunks.next(), chunks }
          },
          tokensOf: () => estimateTokens(text),
        },
        signal,
      )
      return { target, mimeType: value.mimeType, chunks: continued(value.first, value.chunks) }
    },
  }
}

/** The bytes from the first on, which was read already to know that there are any. */
async function* continued(
  first: IteratorResult<Uint8Array, unknown>,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

const tokensIn = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + estimateTokens(text), 0)

const promptUsage = (promptTokens: number): ModelUsage => ({
  promptTokens,
  completionTokens: 0,
  totalTokens: promptTokens,
  estimated: false,
})

const served = <Model>(model: Model | undefined, name: string, kind: ModelKind): Model => {
  if (model === undefined) throw new GatewayError('gateway/wrong-kind', { details: { model: name, kind } })
  return model
}

const cannot = (model: string, feature: string): ModelError =>
  new ModelError('model/unsupported', { details: { model, feature } })

const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
