// A frame that a container opens: its variables, its place, its order among its siblings.

import type { FramePosition } from './events.ts'
import { Frame, type FrameHost, type FramePlace } from './frame.ts'
import { FrameOrder } from './frame-order.ts'
import type { NodeRun } from './node-run.ts'
import { Pool } from './pool.ts'
import type { FrameRequest } from './spec.ts'

export const createChildFrame = <Services>(
  host: FrameHost,
  container: NodeRun<Services>,
  request: FrameRequest,
): Frame<Services> => {
  const { inFrame: parent, node } = container
  if (!node.inner) throw new Error(`node ${node.id} has no frame of its own`)
  const frame = new Frame(node.inner, poolOf(parent.pool, node.id, request), host, placeOf(container, request))
  parent.addChild(frame)
  return frame
}

const poolOf = (parent: Pool, containerId: string, request: FrameRequest): Pool => {
  if (request.pool === 'shared') return parent
  const pool = new Pool(parent)
  if (request.variables) pool.setOutputs(containerId, request.variables)
  return pool
}

const placeOf = <Services>(container: NodeRun<Services>, request: FrameRequest): FramePlace<Services> => {
  const { inFrame: parent, node } = container
  const { index } = request
  const { iterationId, iterationIndex, loopId, loopIndex } = parent.position
  const around = {
    ...(iterationId !== undefined && { iterationId, iterationIndex: iterationIndex ?? 0 }),
    ...(loopId !== undefined && { loopId, loopIndex: loopIndex ?? 0 }),
  }
  const position: FramePosition =
    container.container?.kind === 'loop'
      ? { ...around, loopId: node.id, loopIndex: index }
      : { ...around, iterationId: node.id, iterationIndex: index }
  const place = { position, depth: parent.place.depth + 1, parent, index, container: node.id }
  if (request.pool !== 'detached') return place
  container.frameOrder ??= new FrameOrder()
  return { ...place, order: container.frameOrder }
}
