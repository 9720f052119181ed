// Claim: a call through the gateway, with its key, limits, budget, prices, metrics and records on, costs a tenth of what it costs
// through Portkey's gateway. Aims: at least 10 times its throughput and at most 0.12 of its p50, plain and streaming, at 10 and 64
// connections; at most 150 µs of processor time for a plain call; all features on keep 75 % of the throughput without limits and
// budgets. Yardsticks: @portkey-ai/gateway 1.15.2 (pinned with the versions of Hono it was made for: with newer ones its streams
// fail; its build sleeps 25 ms at the first chunk of a stream, so judge streams by processor time too) and a bare undici proxy.
// The one that is measured has a core of its own; the vendor, which answers at once, shares the other with the load.
//
// `npm run bench -- gateway [SECONDS]`

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine, table } from './support/measure.mjs'

const SECONDS = Number(process.argv[2] ?? 4)
const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const command = path('../dist/cli/main.js')
const pinned = spawnSync('taskset', ['-c', '0', 'true']).status === 0
const on = (core, args) =>
  pinned ? ['taskset', ['-c', String(core), process.execPath, ...args]] : [process.execPath, args]

const start = async (core, args, options = {}) => {
  const [file, all] = on(core, args)
  const child = spawn(file, all, { stdio: ['ignore', 'pipe', 'inherit'], ...options })
  const stop = async () => {
    if (child.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), 3_000)
    await gone
    clearTimeout(force)
  }
  let text = ''
  for await (const piece of child.stdout.setEncoding('utf8')) {
    text += piece
    if (text.includes('\n') && (!options.ready || options.ready.test(text))) break
  }
  child.stdout.resume()
  return { pid: child.pid, text, stop }
}

const TICKS = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout || 100)
/** Seconds of processor time, and resident megabytes. */
const spent = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  return { seconds: (Number(fields[11]) + Number(fields[12])) / TICKS, megabytes: (pages * 4096) / 2 ** 20 }
}

const toRequest = (port, address, headers, body) => {
  const text = JSON.stringify(body)
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${address} HTTP/1.1\r\n${lines.join('')}\r\n${text}`
}

const load = async (pid, options) => {
  const [file, all] = on(1, [path('support/http-load.mjs'), JSON.stringify(options)])
  const child = spawn(file, all, { stdio: ['ignore', 'pipe', 'pipe'] })
  let before
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    if (text.startsWith('warm')) before = spent(pid)
    else errors += text
  })
  let text = ''
  for await (const piece of child.stdout.setEncoding('utf8')) text += piece
  const after = spent(pid)
  if (text === '') throw new Error(errors)
  const result = JSON.parse(text)
  return {
    ...result,
    cpuMicros: ((after.seconds - before.seconds) * 1e6) / result.answers,
    megabytes: after.megabytes,
  }
}

const message = 'Say fifty words, one after the other, and nothing else. '.repeat(4)
const chat = (model, stream) => ({ model, messages: [{ role: 'user', content: message }], max_tokens: 100, stream })
const WORKLOADS = [
  { name: 'chat, plain', address: '/v1/chat/completions', vendor: 'openai', stream: false },
  { name: 'chat, stream', address: '/v1/chat/completions', vendor: 'openai', stream: true },
  { name: 'messages, plain', address: '/v1/messages', vendor: 'anthropic', stream: false },
  { name: 'messages, stream', address: '/v1/messages', vendor: 'anthropic', stream: true },
  { name: 'chat → Anthropic, plain', address: '/v1/chat/completions', vendor: 'anthropic', stream: false },
  { name: 'chat → Anthropic, stream', address: '/v1/chat/completions', vendor: 'anthropic', stream: true },
  { name: 'messages → OpenAI, plain', address: '/v1/messages', vendor: 'openai', stream: false },
  { name: 'messages → OpenAI, stream', address: '/v1/messages', vendor: 'openai', stream: true },
]
const isConversion = ({ address, vendor }) => (address === '/v1/messages') !== (vendor === 'anthropic')

const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'))
const vendor = await start(1, [path('support/instant-vendor.mjs')])
const vendorUrl = JSON.parse(vendor.text).url

const heddle = async (name, limits) => {
  const data = join(folder, name)
  const config = join(folder, `${name}.yaml`)
  writeFileSync(
    config,
    `providers:
  openai: { type: openai-compatible, baseUrl: "${vendorUrl}/v1", apiKey: none }
  anthropic: { type: anthropic, baseUrl: "${vendorUrl}/v1", apiKey: none }
models: { default: openai/mock }
log: { level: error }
${limits}`,
  )
  const key = JSON.parse(
    spawnSync(
      process.execPath,
      [command, 'keys', 'create', '--scope', 'gateway', '--name', 'bench', '--data', data, '--json'],
      {
        encoding: 'utf8',
      },
    ).stdout,
  ).secret
  const server = await start(0, [command, 'serve', '--config', config, '--data', data, '--port', '0', '--json'])
  const port = new URL(JSON.parse(server.text.split('\n')[0]).url).port
  return {
    ...server,
    port: Number(port),
    request: ({ address, vendor: to, stream }) =>
      toRequest(port, address, { authorization: `Bearer ${key}` }, chat(`${to}/mock`, stream)),
  }
}
const LIMITS = `gateway:
  limits: [{ subject: key, requests: 1000000000, tokens: 1000000000000 }, { subject: tenant, concurrent: 100000 }]
  budgets: [{ subject: tenant, window: month, limitUsd: 1000000 }]
  prices: [{ target: "*/*", prompt: 0.15, completion: 0.6 }]
`

const portkey = async () => {
  const port = 18_787
  const server = await start(
    0,
    [
      '--require',
      path('support/loopback.cjs'),
      path('node_modules/@portkey-ai/gateway/build/start-server.js'),
      '--headless',
      `--port=${port}`,
    ],
    { ready: /running|ready|port/i },
  )
  return {
    ...server,
    port,
    request: ({ address, vendor: to, stream }) => {
      const headers = {
        authorization: 'Bearer none',
        'x-portkey-provider': to,
        'x-portkey-custom-host': `${vendorUrl}/v1`,
        ...(to === 'anthropic' && { 'anthropic-version': '2023-06-01' }),
      }
      return toRequest(port, address, headers, chat('mock', stream))
    },
  }
}

const bare = async () => {
  const server = await start(0, [path('support/bare-proxy.mjs'), vendorUrl])
  const port = Number(new URL(JSON.parse(server.text).url).port)
  return { ...server, port, request: ({ address, stream }) => toRequest(port, address, {}, chat('mock', stream)) }
}

const CANDIDATES = [
  { name: 'Heddle, everything on', open: () => heddle('full', LIMITS), can: () => true },
  { name: 'Heddle, no limits', open: () => heddle('plain', ''), can: (work) => !isConversion(work) },
  {
    name: 'Portkey 1.15.2',
    open: portkey,
    // It refuses messages for other vendors than Anthropic.
    can: (work) => !(isConversion(work) && work.address === '/v1/messages'),
  },
  { name: 'bare undici proxy', open: bare, can: (work) => !isConversion(work) },
]

const results = new Map()
try {
  for (const { name, open, can } of CANDIDATES) {
    const server = await open()
    try {
      for (const work of WORKLOADS.filter(can)) {
        for (const connections of isConversion(work) ? [10] : [10, 64]) {
          const options = {
            port: server.port,
            request: server.request(work),
            connections,
            seconds: SECONDS,
            warmUpSeconds: 2,
            expect: 'word49',
          }
          const result = await load(server.pid, options)
          if (result.failed > 0)
            process.stderr.write(`${name}, ${work.name}: ${result.failed} failed: ${result.sample}\n`)
          results.set(`${name}|${work.name}|${connections}`, result)
        }
      }
    } finally {
      await server.stop()
    }
  }
} finally {
  await vendor.stop()
  rmSync(folder, { recursive: true, force: true })
}

const rows = []
for (const work of WORKLOADS) {
  for (const connections of isConversion(work) ? [10] : [10, 64]) {
    const yardstick = results.get(`Portkey 1.15.2|${work.name}|${connections}`)
    for (const { name } of CANDIDATES) {
      const found = results.get(`${name}|${work.name}|${connections}`)
      if (!found) continue
      rows.push([
        work.name,
        connections,
        name,
        found.perSecond.toFixed(0),
        found.p50.toFixed(2),
        found.p99.toFixed(2),
        found.cpuMicros.toFixed(0),
        found.megabytes.toFixed(0),
        yardstick ? `${(found.perSecond / yardstick.perSecond).toFixed(1)}×` : '–',
        yardstick ? (found.p50 / yardstick.p50).toFixed(3) : '–',
        found.failed,
      ])
    }
  }
}
const head = [
  'workload',
  'c',
  'gateway',
  'calls/s',
  'p50 ms',
  'p99 ms',
  'CPU µs',
  'MB',
  'throughput ÷ Portkey',
  'p50 ÷ Portkey',
  'failed',
]
console.log(
  `${machine()}; ${pinned ? 'gateway on core 0, vendor and load on core 1' : 'not pinned'}; ${SECONDS} s each\n`,
)
table([head, ...rows])
