// Changes variables of the conversation or of a loop. Two generations of settings, told apart by `version`.

import { z } from 'zod'
import { compileFirst, firstSettings } from './assigner-v1.ts'
import { compileSecond, secondSettings } from './assigner-v2.ts'
import { defineKind } from './define.ts'

const isFirst = (version: unknown): boolean => version === undefined || version === null || String(version) === '1'

export const assigner = defineKind({
  types: ['assigner'],
  role: 'task',
  // A version nobody knows yet reads as the newest.
  settings: z.unknown().transform((data, context) => {
    const first = isFirst((data as { version?: unknown }).version)
    const parsed = first ? firstSettings.safeParse(data) : secondSettings.safeParse(data)
    if (parsed.success) return parsed.data
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path, message })
    return z.NEVER
  }),
  compile: (settings) => ('items' in settings ? compileSecond(settings) : compileFirst(settings)),
})
