// A second process on a database, for the tests of src/db; <file> may also be an address of PostgreSQL.
//   database-process.mjs <file> hold              opens it, prints its instance id and stays until killed
//   database-process.mjs <file> acknowledge       writes pairs of tenants until killed, printing each pair's number once it is safe
//   database-process.mjs <file> <prefix> <count>  writes that many tenants, one by one

import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Node 20 cannot load TypeScript; the test runner's bundler can.
const load = async (path) => {
  const file = fileURLToPath(new URL(`../../src/${path}`, import.meta.url))
  return (await runnerImport(file, { configFile: false, logLevel: 'error' })).module
}
const { createIds, systemClock } = await load('base/seams.ts')

const [path, what, count] = process.argv.slice(2)
const seams = { clock: systemClock, ids: createIds(systemClock) }
const isPostgres = path.startsWith('postgres')
const db = isPostgres
  ? await (await load('db/drivers/postgres.ts')).openPostgres({ url: path, ...seams })
  : await (await load('db/drivers/sqlite.ts')).openSqlite({ path, ...seams })
const sql = `insert into tenants (tenant_id, name, created_at) values (${isPostgres ? '$1, $2, $3' : '?, ?, ?'})`
const tenant = (id) => ({ sql, parameters: [id, '', 1] })
if (what === 'hold') {
  console.log(db.instance.id)
  process.stdin.resume()
} else if (what === 'acknowledge') {
  for (let i = 0; ; i += 4) {
    const pairs = [i, i + 1, i + 2, i + 3]
    const safe = pairs.map((n) => db.write([tenant(`${n}a`), tenant(`${n}b`)]).then(() => console.log(n)))
    await Promise.all(safe)
  }
} else {
  for (let i = 0; i < Number(count); i++) await db.write([tenant(`${what}${i}`)])
  await db.close()
}
