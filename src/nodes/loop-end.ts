// Ends its loop once the round it runs in is over; loop.ts looks whether it ran.

import { z } from 'zod'
import type { GraphNode, NodeOutcome } from '../flow/spec.ts'
import { defineKind } from './define.ts'

const LOOP_END = 'loop-end'
const DONE: NodeOutcome = Object.freeze({ type: 'success', outputs: Object.freeze({}) })

export const loopEnd = defineKind({
  types: [LOOP_END],
  role: 'task',
  settings: z.object({}),
  compile: () => ({ run: () => DONE, noticed: true }),
})

/** Whether the node ends this loop. It may stand inside an iteration of the loop: `loop_id` names its loop. */
export const endsLoop = (node: GraphNode, loopId: string): boolean =>
  node.data.type === LOOP_END && (node.data.loop_id ?? node.parentId) === loopId
