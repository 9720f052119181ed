// Group commit by itself: groups, order, bounds and endings.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Batch, GroupWriter, type WriterOptions } from './writer.ts'

const statement = (sql: string) => ({ sql, parameters: [] })
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

const setUp = (options: Partial<WriterOptions> = {}) => {
  const groups: string[][] = []
  const writer = new GroupWriter({
    nextTurn,
    commit: async (batches: readonly Batch[]) => {
      groups.push(batches.map((batch) => batch.map((item) => item.sql).join('')))
      return batches.map((batch) => ({ ok: true, changes: batch.length }))
    },
    ...options,
  })
  return { writer, groups }
}

describe('the group writer', () => {
  it('commits every batch once, in order, in groups within the limit', async () => {
    const turns = fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 8 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(turns, fc.integer({ min: 1, max: 5 }), async (sizesByTurn, groupStatements) => {
        const { writer, groups } = setUp({ groupStatements })
        const writes: Promise<number>[] = []
        let number = 0
        for (const sizes of sizesByTurn) {
          for (const size of sizes) {
            const batch = Array.from({ length: size }, () => statement(`${number}.`))
            if (size > 0) number++
            writes.push(writer.write(batch))
          }
          await nextTurn()
        }
        await writer.close()
        expect(await Promise.all(writes)).toEqual(sizesByTurn.flat())
        const committed = groups.flat().map((text) => text.split('.').slice(0, -1))
        expect(committed.map((items) => Number(items[0]))).toEqual(Array.from({ length: number }, (_, i) => i))
        for (const group of groups) {
          const statements = group.join('').split('.').length - 1
          expect(group.length === 1 || statements <= groupStatements).toBe(true)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('refuses what exceeds the bound, and takes it again later', async () => {
    const { writer } = setUp({ waitingStatements: 3 })
    const accepted = writer.write([statement('a'), statement('b')])
    await expect(writer.write([statement('c'), statement('d')])).rejects.toMatchObject({
      code: 'db/overloaded',
      retryable: true,
    })
    const fits = writer.write([statement('e')])
    expect(await Promise.all([accepted, fits])).toEqual([2, 1])
    expect(await writer.write([statement('c'), statement('d')])).toBe(2)
  })

  it('fails the group whose commit fails, and goes on', async () => {
    let fail = true
    const { writer } = setUp({
      commit: async (batches) => {
        if (fail) throw new Error('disk')
        return batches.map(() => ({ ok: true, changes: 1 }))
      },
    })
    const results = await Promise.allSettled([writer.write([statement('a')]), writer.write([statement('b')])])
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected'])
    fail = false
    expect(await writer.write([statement('c')])).toBe(1)
  })

  it('closes after everything it accepted, and then refuses', async () => {
    const { writer, groups } = setUp({ groupStatements: 1 })
    const writes = ['a', 'b', 'c'].map((text) => writer.write([statement(text)]))
    await writer.close()
    expect(groups).toEqual([['a'], ['b'], ['c']])
    expect(await Promise.all(writes)).toEqual([1, 1, 1])
    await expect(writer.write([statement('d')])).rejects.toMatchObject({ code: 'db/closed' })
  })
})
