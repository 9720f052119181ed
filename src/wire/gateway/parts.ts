// What the bodies of the gateway are put together from.

import { z } from 'zod'
import { must } from '../dify/parts.ts'
import { plainText } from '../plain-text.ts'

/** Other servers of these calls know further fields: they are named in a header, or refused by strict calls. */
export const openBody = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.looseObject(shape, { error: 'The body must be an object.' })

export const LONGEST_MODEL = 200

export const model = plainText(must('a text'))
  .min(1, 'must not be empty')
  .max(LONGEST_MODEL, `must have at most ${LONGEST_MODEL} characters`)
  .meta({ description: '`provider/model`, the name of a model, or a router.' })

/** Where a call goes on without one: the configured default of its kind. */
export const optionalModel = model.nullish()

export const text = () => z.string(must('a text'))

/** Bytes of a body bound its length in sum. */
export const filledText = () => text().min(1, 'must not be empty')

export const optionalName = plainText(must('a text')).nullish()

export const count = (most: number) =>
  z
    .number(must('a number'))
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(most, `must be at most ${most}`)
    .nullish()

const isToken = (value: unknown): boolean =>
  Array.isArray(value) && value.some((one) => typeof one === 'number' || isToken(one))

/** One text or several. */
export const texts = (most: number) =>
  z.union(
    [filledText(), z.array(filledText()).min(1, 'must not be empty').max(most, `must have at most ${most} texts`)],
    {
      error: ({ input }) => {
        if (input === undefined || input === null) return 'is required'
        if (isToken(input)) return 'must be texts: tokens mean something else to every model'
        return 'must be a text or a list of texts, none of them empty'
      },
    },
  )
