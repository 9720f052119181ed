// Stages by name, made of their settings once; made anew when the configuration changes.

import { StageError } from './errors.ts'
import { format } from './format.ts'
import { preprocess } from './preprocess.ts'
import { sensitiveWords } from './sensitive-words.ts'
import type { Stage, StageParts, StageType } from './spec.ts'

/** As the configuration or a plugin gives it; what else there is belongs to the type. */
export interface StageDefinition {
  readonly type: string
}

// Each reads settings of its own; the configuration has checked them by the type's schema.
type AnyStageType = StageType<never>

const BUILT_IN: readonly AnyStageType[] = [sensitiveWords, preprocess, format]

/** @param more types that plugins bring; they cannot take the name of a built-in one
 *  @throws StageError `stage/invalid` */
export const createStages = (
  definitions: Readonly<Record<string, StageDefinition>>,
  parts: StageParts,
  more: readonly AnyStageType[] = [],
): ReadonlyMap<string, Stage> => {
  const types = new Map([...more, ...BUILT_IN].map((type) => [type.type, type]))
  return new Map(
    Object.entries(definitions).map(([name, settings]) => {
      const type = types.get(settings.type)
      if (!type) {
        const reason = `there is no type ${settings.type}; there are: ${[...types.keys()].sort().join(', ')}`
        throw new StageError('stage/invalid', { details: { stage: name, reason } })
      }
      return [name, type.create(name, settings as never, parts)]
    }),
  )
}
