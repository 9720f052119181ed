// A run as a stream of frames: from its beginning, from now on, or after the last frame a reader has.

import type { FastifyReply } from 'fastify'
import { messageOf } from '../../base/errors.ts'
import type { ValueObject } from '../../base/value.ts'
import { toWireId } from '../../product/ids.ts'
import type { RunEvent } from '../../product/runs/events.ts'
import type { LiveRun } from '../../product/runs/live-run.ts'
import type { ServerParts } from '../spec.ts'
import { toErrorBody } from './errors.ts'
import { errorFrame, FRAMES_PER_EVENT, type Frame, frameContext, framesOf } from './frames.ts'
import { sendEvents } from './sse.ts'

export interface StreamOptions {
  /** Only frames after this number. */
  readonly after?: number
  /** Where reading begins. Default: the first event. */
  readonly from?: number
  /** Whether events before `until` are shown. Default: all are. */
  readonly shows?: { readonly until: number; readonly event: (event: RunEvent) => boolean }
  /** Reads on when the run goes on after a pause. */
  readonly along?: boolean
  readonly idLines?: boolean
  readonly onLeave?: () => void
}

export const streamRun = async (
  parts: Pick<ServerParts, 'clock' | 'log'>,
  reply: FastifyReply,
  run: LiveRun,
  options: StreamOptions = {},
): Promise<FastifyReply> => {
  await sendEvents(reply, readFrames(parts, run, options), {
    clock: parts.clock,
    headers: { 'x-workflow-run-id': toWireId(run.facts.runId) },
    ...(options.idLines !== undefined && { idLines: options.idLines }),
    ...(options.onLeave && { onLeave: options.onLeave }),
  })
  return reply
}

/** The number of the last frame that a reader has, as it gave it; undefined when it gave none. */
export const lastEventId = (header: unknown, query: string | undefined): number | undefined => {
  const text = query ?? (typeof header === 'string' ? header : undefined)
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

async function* readFrames(
  parts: Pick<ServerParts, 'log'>,
  run: LiveRun,
  { after = 0, along, from, shows }: StreamOptions,
): AsyncGenerator<readonly Frame[], void, void> {
  const context = frameContext(run.facts)
  // The event that the number stands for may have had a second frame.
  const first = from ?? run.placeOf(Math.max(0, Math.ceil(after / FRAMES_PER_EVENT) - 1))
  try {
    for await (const sequenced of run.read(first, along)) {
      if (shows && sequenced.sequence < shows.until && !shows.event(sequenced.event)) continue
      const frames = framesOf(context, sequenced)
      yield after > 0 ? frames.filter((frame) => isAfter(frame, after)) : frames
    }
  } catch (error) {
    parts.log.error('stream-broken', { runId: run.facts.runId, reason: messageOf(error) })
    const { status, code, message } = toErrorBody(error)
    yield [errorFrame(context, status, code, message)]
  }
}

const isAfter = ({ sequence }: ValueObject, after: number): boolean => typeof sequence === 'number' && sequence > after
