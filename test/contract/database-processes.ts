// Several processes on one database: they open it at once, write at once, are killed, and know of each other.

import { execFile, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import type { OpenedDatabase, TestedDatabase } from '../support/databases.ts'
import { statementsOf, tenantIds } from './database-statements.ts'

const program = fileURLToPath(new URL('../support/database-process.mjs', import.meta.url))
const node = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args])

export const testDatabaseProcesses = ({ name, open: openDatabase, makePlace }: TestedDatabase): void => {
  const opened: OpenedDatabase[] = []
  const open = async () => {
    const db = await openDatabase()
    opened.push(db)
    return { db, ...statementsOf(db) }
  }
  afterEach(async () => {
    for (const db of opened.splice(0)) await db.close()
  })

  describe(`several processes: ${name}`, () => {
    it('open a new database at once, and each migration happens once', async () => {
      const place = makePlace()
      const [one] = await Promise.all([
        place.open(),
        place.open(),
        node(place.location, 'p', '3'),
        node(place.location, 'q', '3'),
      ])
      expect(await tenantIds(one)).toEqual(['p0', 'p1', 'p2', 'q0', 'q1', 'q2'])
      const { rows } = await sql<{ number: number }>`select number from migrations order by number`.execute(one.kysely)
      expect(rows.map((row) => row.number)).toEqual(rows.map((_, i) => i + 1))
      await place.remove()
    })

    it('write at once without losing a row', async () => {
      const { db, tenant } = await open()
      const { location } = opened[0] as OpenedDatabase
      const others = [node(location, 'p', '300'), node(location, 'q', '300')]
      for (let i = 0; i < 300; i++) await db.write([tenant(`m${i}`)])
      await Promise.all(others)
      expect((await tenantIds(db)).length).toBe(900)
    })

    it('lose nothing that was acknowledged, and tear no batch, when killed', async () => {
      const { db } = await open()
      const { location } = opened[0] as OpenedDatabase
      const child = spawn(process.execPath, [program, location, 'acknowledge'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const gone = new Promise((resolve) => child.once('close', resolve))
      let output = ''
      child.stdout.on('data', (data) => {
        output += data
        if (output.length > 2_000) child.kill('SIGKILL')
      })
      await gone
      const acknowledged = output.split('\n').slice(0, -1)
      const found = new Set(await tenantIds(db))
      expect(acknowledged.length).toBeGreaterThan(100)
      expect(acknowledged.filter((number) => !found.has(`${number}a`) || !found.has(`${number}b`))).toEqual([])
      const twin = (id: string) => (id.endsWith('a') ? `${id.slice(0, -1)}b` : `${id.slice(0, -1)}a`)
      expect([...found].filter((id) => !found.has(twin(id)))).toEqual([])
    })

    it('know who is alive, also after a kill', async () => {
      const { db } = await open()
      const { location, again } = opened[0] as OpenedDatabase
      const { instance } = db
      expect(await instance.isAlive(instance.id)).toBe(true)
      expect(await instance.isAlive('instance_00000000-0000-7000-8000-000000000000')).toBe(false)
      expect(await instance.isAlive('../../escape')).toBe(false)
      const neighbour = await again()
      expect(await instance.isAlive(neighbour.instance.id)).toBe(true)
      expect(await neighbour.instance.isAlive(instance.id)).toBe(true)
      await neighbour.close()
      expect(await instance.isAlive(neighbour.instance.id)).toBe(false)

      const child = spawn(process.execPath, [program, location, 'hold'], { stdio: ['pipe', 'pipe', 'inherit'] })
      const id = await new Promise<string>((resolve) => {
        child.stdout.once('data', (data) => resolve(String(data).trim()))
      })
      expect(await instance.isAlive(id)).toBe(true)
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
      // A server learns of the death from the network, a moment later.
      await expect.poll(() => instance.isAlive(id)).toBe(false)
    })
  })
}
