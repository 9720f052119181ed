// The gateway: one call from a name to an answer, in the order that spec.ts gives.
//
// G1  No database and no promise that needs one stands between a caller and its model, but for the first call with a key.
// G2  What was reserved is settled or released exactly once, however a call ends.
// G3  A cached answer costs nothing: limits and budgets are asked only where a model is.

import type { Clock, Log, Random } from '../../base/seams.ts'
import type { CacheMode, ChatCache } from '../../model/cache/spec.ts'
import type { AskPanel, MemberReport, Panel } from '../../model/fuse/spec.ts'
import type { Limiter, Subject } from '../../model/limit/spec.ts'
import type { NativeClient } from '../../model/native.ts'
import type { Attempt, Resilience, Target } from '../../model/resilience/spec.ts'
import type { Decision } from '../../model/route/spec.ts'
import type { ChatModel, ChatRequest, ChatStreamPart, ModelKind } from '../../model/spec.ts'
import type { Stage } from '../../model/stage/spec.ts'
import type { Caller } from '../caller.ts'
import { attempt, partsOf, withOverrides } from './attempt.ts'
import { countCalls } from './count.ts'
import { type Answered, BODY_CHARACTERS_PER_TOKEN, type Course, createCourses } from './course.ts'
import { GatewayError } from './errors.ts'
import { kindCalls } from './kinds.ts'
import { type FactsOf, findNamed, type Routers } from './naming.ts'
import type { CallRecords } from './records.ts'
import type { Dropped, Gateway, GatewayAnswer, GatewayCall, GatewayCaller } from './spec.ts'
import { stagesAfter, stagesBefore } from './stages.ts'
import type { Targets } from './targets.ts'

export interface GatewayParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly targets: Targets
  readonly routers: Routers
  readonly factsOf: FactsOf
  readonly resilience: Resilience
  readonly limiter: Limiter
  readonly native: NativeClient
  readonly records: CallRecords
  readonly cache: ChatCache
  /** Where the caller asks for none. */
  readonly cacheMode: (by: GatewayCaller, request: () => ChatRequest) => CacheMode
  /** Whose answers a caller may be given. Never empty. */
  readonly cacheScope: (by: GatewayCaller) => string
  readonly panels: {
    find(caller: Caller, name: string): Panel | undefined
    /** For feedback on a call that is over. */
    noteCall(
      caller: Caller,
      call: { readonly id: string; readonly panel: string; readonly members: readonly MemberReport[] },
    ): void
  }
  readonly askPanel: AskPanel
  readonly stages: ReadonlyMap<string, Stage>
  /** A published app as a model; undefined when the tenant has none of the name. */
  readonly appModel: (
    by: GatewayCaller,
    name: string,
    metadata: Readonly<Record<string, string>>,
  ) => Promise<ChatModel | undefined>
  readonly appNames: (by: GatewayCaller) => Promise<readonly string[]>
  readonly nextId: () => string
  /** The configured default of a kind, as a target. */
  readonly defaultOf: (kind: ModelKind) => string | undefined
}

export const createGateway = (parts: GatewayParts): Gateway => {
  const { clock, limiter, resilience, targets } = parts

  const decide = (by: GatewayCaller, call: GatewayCall): Decision => {
    const named = findNamed(parts, by.caller, call.model, 'chat')
    if (named.type === 'router') {
      const facts = parts.factsOf(call.request(), { kind: 'chat', metadata: call.options.metadata })
      return named.router.decide(facts, targets.world, call.options.only)
    }
    return named.type === 'target' ? plainDecision(named.target.id) : plainDecision(call.model)
  }

  const targetsOf = (decision: Decision): readonly Target[] =>
    decision.targets.flatMap((id) => {
      const target = targets.find(id)
      return target ? [target] : []
    })

  const admit = (by: GatewayCaller, call: GatewayCall, ids: readonly string[], signal: AbortSignal) =>
    limiter.admit(
      {
        subjects: subjectsOf(by),
        targets: ids,
        promptTokens: Math.ceil(call.characters / BODY_CHARACTERS_PER_TOKEN),
        maxCompletionTokens: call.maxTokens,
        priority: call.options.priority,
        ...(call.options.timeoutMs !== undefined && { deadline: clock.elapsed() + call.options.timeoutMs }),
      },
      signal,
    )

  /** Limits and attempts: until somebody answers. @param request undefined: bytes may pass through */
  const ask = async (
    course: Course,
    asked: { readonly targets: readonly Target[]; readonly request: ChatRequest | undefined },
    signal: AbortSignal,
  ): Promise<Answered> => {
    const { by, call, decision } = course
    const admitted = admit(
      by,
      call,
      asked.targets.map(({ id }) => id),
      signal,
    )
    const admission = admitted instanceof Promise ? await admitted : admitted
    try {
      const options = { native: parts.native, call, request: asked.request, overrides: decision.overrides }
      const { timeoutMs } = call.options
      const survived = await resilience.call(
        asked.targets,
        (target, account, inner) => attempt(options, target, account, inner),
        { signal, ...(timeoutMs !== undefined && { totalMs: timeoutMs }) },
      )
      return { survived, admission }
    } catch (error) {
      admission.release()
      throw error
    }
  }

  const { recordEnd, recordFailure, observe, notesOf, answerOf } = createCourses(parts)

  /** Asks the caches, and a model where they do not know. */
  const remembered = async (
    course: Course,
    asked: { readonly targets: readonly Target[]; readonly request: ChatRequest; readonly mode: CacheMode },
    signal: AbortSignal,
  ): Promise<GatewayAnswer> => {
    const { decision } = course
    let dropped: readonly Dropped[] = []
    let attempts: readonly Attempt[] = []
    const first = asked.targets[0]
    const request = withOverrides(asked.request, decision.overrides)
    let begun = false
    const answer = await parts.cache
      .through(
        {
          scope: parts.cacheScope(course.by),
          target: first?.id ?? '',
          variant: variantOf(decision),
          request,
          mode: asked.mode,
        },
        async (inner) => {
          begun = true
          const made = await ask(course, { targets: asked.targets, request }, inner)
          attempts = made.survived.attempts
          if (made.survived.value.type === 'parts') dropped = made.survived.value.dropped
          return { target: made.survived.target.id, parts: observe(course, made, inner, 'miss') }
        },
        signal,
      )
      .catch((error: unknown) => {
        recordFailure(course, error, signal, 'miss')
        throw error
      })
    if (!begun) recordEnd(course, { status: 'succeeded', target: answer.target, cache: answer.status })
    const cache = { status: answer.status, explanation: answer.explanation }
    return {
      type: 'parts',
      notes: notesOf(course, { target: answer.target, cache, attempts, dropped }),
      parts: answer.parts,
    }
  }

  const panel = async (
    course: Course,
    name: string,
    request: ChatRequest,
    signal: AbortSignal,
  ): Promise<GatewayAnswer> => {
    const { caller } = course.by
    const found = parts.panels.find(caller, name)
    if (!found) throw new GatewayError('gateway/unknown-model', { details: { model: name } })
    const answer = await parts.askPanel(
      found,
      withOverrides(request, course.decision.overrides),
      (id, memberRequest, inner) =>
        lazily(async () => {
          const target = targets.find(id)
          if (!target) throw new GatewayError('gateway/unknown-model', { details: { model: id } })
          const member = { ...course, decision: { ...course.decision, overrides: {} } }
          const made = await ask(member, { targets: [target], request: memberRequest }, inner)
          return observe(member, made, inner, 'off')
        }),
      signal,
    )
    const notes = notesOf(course, { target: `panel:${name}`, members: answer.members as () => readonly MemberReport[] })
    const over = () => parts.panels.noteCall(caller, { id: course.id, panel: name, members: answer.members() })
    return { type: 'parts', notes, parts: endTold(answer.parts, over) }
  }

  const appAnswer = async (course: Course, name: string, signal: AbortSignal): Promise<GatewayAnswer> => {
    const { by, call } = course
    const model = await parts.appModel(by, name, call.options.metadata)
    if (!model) throw new GatewayError('gateway/unknown-model', { details: { model: call.model } })
    const dropped = call.verdicts('app')
    const request = call.request()
    const answer = call.streaming ? model.stream(request, signal) : partsOf(await model.generate(request, signal))
    return { type: 'parts', notes: notesOf(course, { target: call.model, dropped }), parts: answer }
  }

  const chat = async (by: GatewayCaller, call: GatewayCall, signal: AbortSignal): Promise<GatewayAnswer> => {
    const named = findNamed(parts, by.caller, call.model, 'chat')
    const decision = named.type === 'target' ? plainDecision(named.target.id) : decide(by, call)
    const course: Course = {
      id: parts.nextId(),
      by,
      call,
      startedAt: clock.now(),
      begun: clock.elapsed(),
      decision,
    }
    if (named.type === 'app') return appAnswer(course, named.name, signal)
    const asked = named.type === 'target' ? [named.target] : targetsOf(decision)
    const mode = call.options.cache ?? parts.cacheMode(by, call.request)
    const cached = mode.read || mode.write
    const plain = !cached && decision.panel === null && decision.stages.length === 0 && noOverrides(decision)
    try {
      if (plain) return answerOf(course, await ask(course, { targets: asked, request: undefined }, signal), signal)
      const context = { scope: parts.cacheScope(by), metadata: call.options.metadata, signal }
      const stages = decision.stages.flatMap((name) => parts.stages.get(name) ?? [])
      const before = await stagesBefore(stages, call.request(), context)
      if (before.type === 'answer')
        return { type: 'parts', notes: notesOf(course, { target: 'stage' }), parts: before.parts }
      const { request } = before
      const answer =
        decision.panel !== null
          ? await panel(course, decision.panel, request, signal)
          : cached
            ? await remembered(course, { targets: asked, request, mode }, signal)
            : answerOf(course, await ask(course, { targets: asked, request }, signal), signal)
      if (stages.length === 0 || answer.type !== 'parts') return answer
      return { ...answer, parts: stagesAfter(stages, request, context, answer.parts) }
    } catch (error) {
      // `remembered` keeps its own record.
      if (!cached) recordFailure(course, error, signal)
      throw error
    }
  }

  return {
    chat,
    decide,
    async list(by) {
      const models = targets.listed().map(({ id, provider, kind }) => ({ id, ownedBy: provider, kind }))
      const routers = parts.routers
        .list(by.caller)
        .map(({ name }) => ({ id: name, ownedBy: 'router', kind: 'router' as const }))
      const apps = (await parts.appNames(by)).map((name) => ({
        id: `app:${name}`,
        ownedBy: 'app',
        kind: 'app' as const,
      }))
      return [...models, ...routers, ...apps]
    },
    health: async () => resilience.all(),
    ...kindCalls({ ...parts, subjectsOf }),
    ...countCalls({ ...parts, subjectsOf }),
  }
}

/** What besides the request decides the answer; empty for a target that was named. */
const variantOf = ({ router, version, rule, stages }: Decision): string =>
  router === null && stages.length === 0 ? '' : [router, version, rule, ...stages].join('\n')

const noOverrides = ({ overrides }: Decision): boolean => {
  for (const _ in overrides) return false
  return true
}

const plainDecision = (target: string): Decision => ({
  router: null,
  version: null,
  rule: null,
  strategy: 'named',
  targets: [target],
  overrides: NONE,
  panel: null,
  stages: NO_STAGES,
  reasons: NO_STAGES,
})
const NONE = Object.freeze({})
const NO_STAGES: readonly string[] = Object.freeze([])

/** From the widest to the narrowest. */
export const subjectsOf = ({ caller, appId, keyId, user }: GatewayCaller): readonly Subject[] => {
  const { tenantId } = caller
  const subjects: Subject[] = [{ kind: 'tenant', id: tenantId }]
  if (appId !== null) subjects.push({ kind: 'app', id: `${tenantId}/${appId}` })
  if (keyId !== null) subjects.push({ kind: 'key', id: `${tenantId}/${keyId}` })
  if (user !== null) subjects.push({ kind: 'user', id: `${tenantId}/${user}` })
  return subjects
}

/** The same parts; `over` hears that they have ended. */
async function* endTold(parts: AsyncIterable<ChatStreamPart>, over: () => void): AsyncGenerator<ChatStreamPart, void> {
  try {
    yield* parts
  } finally {
    // Readers may leave at the last part.
    over()
  }
}

/** An iterable that is made when it is first read. */
const lazily = (make: () => Promise<AsyncIterable<ChatStreamPart>>): AsyncIterable<ChatStreamPart> => ({
  async *[Symbol.asyncIterator]() {
    yield* await make()
  },
})
