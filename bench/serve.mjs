// Claim: a durable run of the echo workflow over HTTP, 60 at a time, reaches at least 2,000 runs/s with a p99 of at most 60 ms on two
// cores, load generator included. Yardstick: a bare Node HTTP server that parses the body and answers it.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine, quantile, table } from './support/measure.mjs'

const { Pool } = createRequire(new URL('../package.json', import.meta.url))('undici')
const CONCURRENT = 60
const SECONDS = 5
const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const command = path('../dist/cli/main.js')
const bare = `
  require('node:http').createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => response.end(JSON.stringify({ text: JSON.parse(body).inputs.query })))
  }).listen(0, '127.0.0.1', function () { console.log(JSON.stringify({ url: 'http://127.0.0.1:' + this.address().port })) })`

const heddle = (...args) => {
  const { stdout, status, stderr } = spawnSync(process.execPath, [command, ...args, '--json'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

const start = async (args) => {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  for await (const chunk of child.stdout) {
    text += chunk
    if (text.includes('\n')) break
  }
  return { url: JSON.parse(text).url, stop: () => child.kill('SIGTERM') }
}

const load = async (url, key, mode) => {
  const pool = new Pool(url, { connections: CONCURRENT })
  const body = JSON.stringify({ inputs: { query: 'hello' }, response_mode: mode, user: 'bench' })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const times = []
  const client = async (until, keep) => {
    while (performance.now() < until) {
      const begin = performance.now()
      const response = await pool.request({ path: '/v1/workflows/run', method: 'POST', headers, body })
      const text = await response.body.text()
      if (response.statusCode !== 200 || !text.includes('hello')) throw new Error(`${response.statusCode} ${text}`)
      if (keep) times.push(performance.now() - begin)
    }
  }
  for (const [seconds, keep] of [
    [1, false],
    [SECONDS, true],
  ]) {
    const until = performance.now() + seconds * 1000
    await Promise.all(Array.from({ length: CONCURRENT }, () => client(until, keep)))
  }
  await pool.close()
  times.sort((a, b) => a - b)
  return [(times.length / SECONDS).toFixed(0), quantile(times, 0.5).toFixed(1), quantile(times, 0.99).toFixed(1)]
}

const data = mkdtempSync(join(tmpdir(), 'heddle-bench-'))
const { app } = heddle('import', path('../examples/echo.yml'), '--data', data)
const { secret } = heddle('keys', 'create', '--app', app.id, '--data', data)
const ours = await start([command, 'serve', '--port', '0', '--json', '--data', data])
const rows = [['', 'runs/s', 'p50, ms', 'p99, ms']]
rows.push(['Heddle, blocking, every run on disk', ...(await load(ours.url, secret, 'blocking'))])
rows.push(['Heddle, streaming, every run on disk', ...(await load(ours.url, secret, 'streaming'))])
ours.stop()
const theirs = await start(['-e', bare])
rows.push(['bare Node HTTP server', ...(await load(theirs.url, secret, 'blocking'))])
theirs.stop()
rmSync(data, { recursive: true, force: true })
console.log(`${machine()}\n${CONCURRENT} clients, ${SECONDS} s\n`)
table(rows)
