// One message text of an llm node, compiled: places for variables, the context, memory and the query, or a Jinja template.
// All places are found in the template before anything is filled in, so text that comes in never opens a place of its own.

import { messageOf } from '../../base/errors.ts'
import type { Random } from '../../base/seams.ts'
import { objectFrom, toPlain, type ValueObject } from '../../base/value.ts'
import type { FileValue } from '../../flow/file.ts'
import type { Selector } from '../../flow/spec.ts'
import { type Lookup, parseTemplate, renderTemplate, type Template } from '../../flow/template.ts'
import { JinjaError } from '../../sandbox/jinja/error.ts'
import { compileTemplate } from '../../sandbox/jinja/template.ts'
import { NodeError } from '../errors.ts'
import { filesIn } from '../model/media.ts'
import { requiredVariable } from '../required-variable.ts'

export type PlaceName = 'context' | 'histories' | 'query'

export interface FillWith {
  readonly get: Lookup
  /** Texts for the places that are not variables. */
  readonly places: Readonly<Partial<Record<PlaceName, string>>>
  /** Names a Jinja template sees, as plain values. */
  readonly jinja: ValueObject
  readonly random: Random
}

export interface PromptText {
  /** Variables that must exist. */
  readonly selectors: readonly Selector[]
  /** True when the template has the place. */
  has(place: PlaceName): boolean
  /** @throws NodeError `node/template-failed` */
  fill(values: FillWith): string
  /** Files among the variables, in order. */
  files(get: Lookup): readonly FileValue[]
}

// `{{#sys.query#}}` comes first, so that its inner `#sys.query#` is left to the variables.
const PLACES = /(\{\{#sys\.query#\}\}|\{\{#context#\}\}|\{\{#histories#\}\}|#histories#|#sys\.query#)/

const placeOf = (mark: string, completion: boolean): PlaceName | undefined => {
  if (mark === '{{#context#}}') return 'context'
  if (!completion) return undefined
  if (mark === '{{#histories#}}' || mark === '#histories#') return 'histories'
  return mark === '#sys.query#' ? 'query' : undefined
}

/** @param completion whether memory and the query have places of their own, as in completion prompts */
export const compilePromptText = (text: string, completion = false): PromptText => {
  const pieces: (Template | PlaceName)[] = []
  let pending = ''
  const flush = () => {
    if (pending !== '') pieces.push(parseTemplate(pending))
    pending = ''
  }
  for (const part of text.split(PLACES)) {
    const place = placeOf(part, completion)
    if (place === undefined) pending += part
    else {
      flush()
      pieces.push(place)
    }
  }
  flush()
  const selectors = pieces.flatMap((piece) => (typeof piece === 'string' ? [] : piece.selectors))
  return {
    selectors,
    has: (place) => pieces.includes(place),
    fill: ({ get, places }) =>
      pieces.map((piece) => (typeof piece === 'string' ? (places[piece] ?? '') : renderTemplate(piece, get))).join(''),
    files: (get) => selectors.flatMap((selector) => filesIn(get(selector))),
  }
}

/** A Jinja message. It is compiled when it is first used: a broken template fails its node, not the import of the app. */
export const compileJinjaText = (source: string): PromptText => {
  let template: ReturnType<typeof compileTemplate> | undefined
  return {
    selectors: [],
    has: () => false,
    fill({ jinja, random }) {
      if (source === '') return ''
      try {
        template ??= compileTemplate(source)
        return template.render(jinja, {}, random)
      } catch (error) {
        if (!(error instanceof JinjaError)) throw error
        throw new NodeError('node/template-failed', { details: { reason: messageOf(error) }, cause: error })
      }
    },
    files: () => [],
  }
}

/** Values for Jinja, files as maps.
 *  @throws NodeError `node/variable-missing` */
export const jinjaInputs = (
  variables: readonly { readonly variable: string; readonly value_selector: Selector }[],
  get: Lookup,
): ValueObject =>
  objectFrom(
    variables.map(({ variable, value_selector }) => [variable, toPlain(requiredVariable(value_selector, get))]),
  )
