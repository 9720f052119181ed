// Hides the values of secret variables in what the trace shows.

import { createTextMask } from '../base/text-mask.ts'
import { renderText } from '../flow/render.ts'
import type { NodeContext, Selector } from '../flow/spec.ts'

/** Hides the values of the secrets among the variables wherever they stand in a text. */
export const createMask = (
  selectors: readonly Selector[],
  context: Pick<NodeContext, 'get' | 'typeOf'>,
): ((text: string) => string) =>
  createTextMask(
    selectors.flatMap((selector) =>
      context.typeOf(selector) === 'secret' ? [renderText(context.get(selector) ?? null)] : [],
    ),
  )
