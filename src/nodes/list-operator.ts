// Filters, picks, sorts and cuts a list: in this order.

import { z } from 'zod'
import { compareNumbers, isNumber, type Num } from '../base/number.ts'
import { isList, type Value } from '../base/value.ts'
import type { FileValue } from '../flow/file.ts'
import { inferType } from '../flow/render.ts'
import type { NodeContext } from '../flow/spec.ts'
import { parseTemplate, renderTemplate } from '../flow/template.ts'
import { compareCodePoints } from './code-points.ts'
import { isEmpty } from './conditions.ts'
import { defineKind, numberField, selectorField } from './define.ts'
import { NodeError, toFailed } from './errors.ts'
import { compileFilter, type ElementType, filterField } from './list-filter.ts'
import { readInteger } from './python-number.ts'

const ELEMENTS: Readonly<Record<string, ElementType>> = {
  'array[string]': 'string',
  'array[number]': 'number',
  'array[boolean]': 'boolean',
  'array[file]': 'file',
}

const FILE_ORDER_KEYS = [
  'name',
  'type',
  'extension',
  'mime_type',
  'transfer_method',
  'url',
  'size',
  'related_id',
] as const

export const listOperator = defineKind({
  types: ['list-operator'],
  role: 'task',
  settings: z.object({
    variable: selectorField,
    filter_by: z.object({ enabled: z.boolean().nullish(), conditions: z.array(filterField).nullish() }),
    order_by: z.object({
      enabled: z.boolean().nullish(),
      key: z.string().nullish(),
      value: z.enum(['asc', 'desc']).nullish(),
    }),
    limit: z.object({ enabled: z.boolean().nullish(), size: numberField.nullish() }),
    extract_by: z.object({ enabled: z.boolean().nullish(), serial: z.string().nullish() }).nullish(),
  }),
  compile: ({ variable, filter_by, order_by, limit, extract_by }) => {
    const filters = filter_by.enabled ? (filter_by.conditions ?? []).map(compileFilter) : []
    const serial = extract_by?.enabled ? parseTemplate(extract_by.serial ?? '1') : undefined
    const size = limit.enabled ? (limit.size ?? -1) : undefined
    const name = variable.join('.')

    const work = (list: readonly Value[], element: ElementType, context: NodeContext): readonly Value[] => {
      let result = list
      for (const filter of filters) {
        const keep = filter(element, context)
        result = result.filter(keep)
      }
      if (serial) {
        const at = serialOf(renderTemplate(serial, (selector) => context.get(selector)))
        if (at > result.length) throw wrongList(name, `it has ${result.length} items, and number ${at} is asked for`)
        result = result.slice(at - 1, at)
      }
      if (order_by.enabled) result = sort(result, element, order_by)
      // As with slices of Python lists, a negative size leaves out that many at the end.
      return size === undefined ? result : result.slice(0, size)
    }

    return {
      run: (context) => {
        try {
          const value = context.get(variable)
          if (value === undefined) throw wrongList(name, 'it has no value')
          const list = isEmpty(value) ? [] : value
          if (!isList(list)) throw wrongList(name, 'it is no list')
          const element = list.length === 0 ? 'string' : ELEMENTS[inferType(list)]
          if (element === undefined) throw wrongList(name, `it is ${inferType(list)}`)
          const result = list.length === 0 ? list : work(list, element, context)
          return {
            type: 'success',
            inputs: { variable: list },
            outputs: { result, first_record: result[0] ?? null, last_record: result.at(-1) ?? null },
          }
        } catch (error) {
          return toFailed(error)
        }
      },
    }
  },
})

const serialOf = (text: string): number => {
  const serial = readInteger(text)
  if (serial === undefined || serial < 1) {
    throw new NodeError('node/list-setting', { details: { reason: `'${text}' is no place in a list` } })
  }
  return Number(serial)
}

interface OrderSettings {
  readonly key?: string | null | undefined
  readonly value?: 'asc' | 'desc' | null | undefined
}

const sort = (list: readonly Value[], element: ElementType, { key, value: direction }: OrderSettings) => {
  const sign = direction === 'desc' ? -1 : 1
  const rank = element === 'file' ? rankOfFiles(key ?? '') : (item: Value) => item
  return list.toSorted((a, b) => sign * compareRanks(rank(a), rank(b)))
}

const rankOfFiles = (key: string): ((item: Value) => Value) => {
  if (!FILE_ORDER_KEYS.some((name) => name === key)) {
    throw new NodeError('node/list-setting', { details: { reason: `files cannot be sorted by '${key}'` } })
  }
  return (item) => (item as FileValue).attribute(key) ?? ''
}

const compareRanks = (a: Value, b: Value): number => {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b)
  if (isNumber(a) && isNumber(b)) return compareNumbers(a as Num, b as Num) || 0
  return Number(a) - Number(b)
}

const wrongList = (name: string, reason: string): NodeError => new NodeError('node/list', { details: { name, reason } })
