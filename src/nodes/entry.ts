// The first node inside a container. It only marks where a frame begins.

import { z } from 'zod'
import { defineKind } from './define.ts'

const defineEntry = (type: string) =>
  defineKind({ types: [type], role: 'entry', settings: z.object({}), compile: () => ({ run: refuse }) })

const refuse = (): never => {
  throw new Error('an entry is not run')
}

export const iterationStart = defineEntry('iteration-start')
export const loopStart = defineEntry('loop-start')
