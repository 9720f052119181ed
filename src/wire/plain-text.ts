// Texts that clients write into fields, filters and names.

import { z } from 'zod'

export const hasNul = (text: string): boolean => text.includes('\0')
export const NO_NUL = 'must not contain NUL characters'

/** A text without U+0000: no database keeps it, so that what is read would differ from what was written. */
export const plainText = (params?: Parameters<typeof z.string>[0]) =>
  z.string(params).refine((value) => !hasNul(value), NO_NUL)
