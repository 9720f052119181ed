// Values of the configuration: schemas that all its parts share.

import { z } from 'zod'

/** Values from the environment are text, also where a number or a flag is meant. */
const fromText = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  if (/^-?\d{1,15}$/.test(value)) return Number(value)
  return value === 'true' ? true : value === 'false' ? false : value
}
export const count = (least: number, most: number) => z.preprocess(fromText, z.int().min(least).max(most))
export const flag = () => z.preprocess(fromText, z.boolean())
export const bytes = (most: number) => count(1, most)
export const milliseconds = () => count(1, 86_400_000)
