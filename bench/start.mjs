// Claim: from starting the process on an empty folder to the first words of an answer over HTTP takes at most 1 s, and an idle
// server holds at most 120 MB while no Python is loaded. Yardstick: a bare Node HTTP server that answers one line.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine, quantile, table } from './support/measure.mjs'

const ROUNDS = 7
const SETTLE_MS = 2000
const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const bare = `
  const server = require('node:http').createServer((_, response) => response.end('hello'))
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: 'http://127.0.0.1:' + server.address().port })))`

/** Starts a server that prints one JSON line once it listens. */
const start = async (args) => {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  for await (const chunk of child.stdout) {
    text += chunk
    if (text.includes('\n')) break
  }
  return { child, about: JSON.parse(text) }
}

const stop = (child) =>
  new Promise((resolve) => {
    child.once('exit', resolve)
    child.kill('SIGTERM')
  })

/** Resident bytes, from the kernel. */
const residentBytes = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
  } catch {
    return Number.NaN
  }
}

/** Milliseconds until the pattern has arrived. */
const firstMatch = async (response, pattern) => {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true })
    if (pattern.test(text)) break
  }
}

const heddle = async () => {
  const data = mkdtempSync(join(tmpdir(), 'heddle-bench-'))
  const begin = performance.now()
  const { child, about } = await start([command, 'serve', '--port', '0', '--json', '--data', data])
  const listening = performance.now() - begin
  const response = await fetch(`${about.url}/v1/chat-messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${about.demo.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'What is Heddle?', inputs: {}, response_mode: 'streaming', user: 'bench' }),
  })
  await firstMatch(response, /"event":"message"/)
  const answered = performance.now() - begin
  await stop(child)
  rmSync(data, { recursive: true, force: true })
  return { listening, answered }
}

const heddleIdle = async () => {
  const data = mkdtempSync(join(tmpdir(), 'heddle-bench-'))
  const { child } = await start([command, 'serve', '--port', '0', '--json', '--data', data])
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const bytes = residentBytes(child.pid)
  await stop(child)
  rmSync(data, { recursive: true, force: true })
  return bytes
}

const node = async () => {
  const begin = performance.now()
  const { child, about } = await start(['-e', bare])
  const listening = performance.now() - begin
  await (await fetch(about.url)).text()
  const answered = performance.now() - begin
  const bytes = residentBytes(child.pid)
  await stop(child)
  return { listening, answered, bytes }
}

const rounds = async (work) => {
  const results = []
  for (let i = 0; i < ROUNDS; i++) results.push(await work())
  return results
}
const p50 = (results, name) =>
  quantile(
    results.map((result) => result[name]).sort((a, b) => a - b),
    0.5,
  )

console.log(`${machine()}\nMedian of ${ROUNDS} starts on an empty folder\n`)
const ours = await rounds(heddle)
const theirs = await rounds(node)
const idle = await rounds(async () => ({ bytes: await heddleIdle() }))
const row = (name, results, bytes) => [
  name,
  p50(results, 'listening').toFixed(0),
  p50(results, 'answered').toFixed(0),
  (bytes / 2 ** 20).toFixed(0),
]
table([
  ['', 'listening, ms', 'first words, ms', 'idle, MB'],
  row('Heddle (first start, demo app)', ours, p50(idle, 'bytes')),
  row('bare Node HTTP server', theirs, p50(theirs, 'bytes')),
])
