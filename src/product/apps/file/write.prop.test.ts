// Whatever a document holds, its text reads back as the same document, and is written the same way again.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringifyJson } from '../../../base/json.ts'
import { float } from '../../../base/number.ts'
import { objectFrom, type Value } from '../../../base/value.ts'
import { readYaml } from './drivers/yaml.ts'
import { parseAppFile, readAppFile } from './parse.ts'
import { writeAppFile } from './write.ts'
import { writeYaml } from './yaml-text.ts'

// Pieces that mean something to YAML, which random characters seldom form.
const pieces =
  '\n|\n|\n|  | |\t|a|word|b: c|- x|#|"|\'|yes|no|12|0x1f|1e3|1.5|.|-|?|:|,|{|}|[|]|&|*|!|>|%|@|`|中文|🤖|\u2028|\r|\u0085|\ufeff|...|---|=|<<|~|null|\\|0|_|: | #|\u0000|2024-01-01|y|0o7|+|e|12:30'.split(
    '|',
  )
const text = fc.oneof(
  { weight: 5, arbitrary: fc.array(fc.constantFrom('|', ...pieces), { maxLength: 8 }).map((list) => list.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)
const number: fc.Arbitrary<Value> = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(float),
  fc.integer().map(float),
  fc.bigInt().filter((value) => !Number.isSafeInteger(Number(value))),
)
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(fc.oneof(text, fc.constant('__proto__')), tie('value')), { maxLength: 4 }).map(objectFrom),
  ),
}))

// JSON shows order, kinds of numbers, and lone surrogates.
const show = (item: Value): string => stringifyJson(item)

describe('any document', () => {
  it('comes back from its text', () => {
    fc.assert(
      fc.property(value, (item) => {
        const result = readYaml(writeYaml(item))
        expect(result.ok ? show(result.value) : result.issues).toBe(show(item))
      }),
      { numRuns: 2000 },
    )
  })
  it('as part of an app file: import, export, import, export', () => {
    fc.assert(
      fc.property(value, value, (settings, extra) => {
        const nodes = [
          { id: 's', data: { type: 'start' } },
          { id: 'n', data: { type: 'any', settings } },
        ]
        const read = readAppFile({ extra, app: { mode: 'workflow', extra }, workflow: { graph: { nodes, edges: [] } } })
        if (!read.ok) throw new Error(JSON.stringify(read.issues))
        const written = writeAppFile(read.value)
        const again = parseAppFile(written)
        if (!again.ok) throw new Error(JSON.stringify(again.issues))
        expect(show(again.value.document)).toBe(show(read.value.document))
        expect(writeAppFile(again.value)).toBe(written)
      }),
      { numRuns: 300 },
    )
  })
})
