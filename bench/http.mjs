// Claims, on two cores that the load generator shares:
//  1  A durable run of the three-node echo workflow over HTTP, 60 at a time, blocking or streaming: at least 2,000 runs/s with
//     a p99 of at most 60 ms. Yardstick: a bare Node HTTP server that parses the body and answers it.
//  2  1,000 streams of a model's words at once: at least 25,000 events/s, none lost, none out of order. The model is a scripted
//     vendor in a process of its own. Yardstick: a bare Node server that writes as many events, made beforehand.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine, quantile, table } from './support/measure.mjs'

const { Pool } = createRequire(new URL('../package.json', import.meta.url))('undici')
const CLIENTS = 60
const SECONDS = 5
const STREAMS = 1_000
const WORDS = 100
const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const command = path('../dist/cli/main.js')

const listening = `.listen(0, '127.0.0.1', function () { console.log(JSON.stringify({ url: 'http://127.0.0.1:' + this.address().port })) })`
const bare = `
  require('node:http').createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => response.end(JSON.stringify({ text: JSON.parse(body).inputs.query })))
  })${listening}`
/** Says ${'`'}WORDS${'`'} words in the wire format of OpenAI, a few at a time. */
const vendor = `
  const chunk = (delta, finish = null) => 'data: ' + JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }] }) + '\\n\\n'
  const words = Array.from({ length: ${WORDS} }, (_, i) => chunk({ content: 'word' + i + ' ' }))
  const last = chunk({}, 'stop') + 'data: ' + JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [],
    usage: { prompt_tokens: 1, completion_tokens: ${WORDS}, total_tokens: ${WORDS + 1} } }) + '\\n\\ndata: [DONE]\\n\\n'
  require('node:http').createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      let at = 0
      const say = () => {
        response.write(words.slice(at, at + 10).join(''))
        at += 10
        if (at < words.length) setImmediate(say)
        else response.end(last)
      }
      say()
    })
  })${listening}`
const bareStreams = `
  const frames = Array.from({ length: ${WORDS + 8} }, (_, i) => 'data: ' + JSON.stringify({ event: 'text_chunk', task_id: 'x'.repeat(36),
    workflow_run_id: 'x'.repeat(36), data: { text: 'word' + i + ' ', from_variable_selector: ['llm', 'text'] }, sequence: i + 1 }) + '\\n\\n')
  require('node:http').createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const frame of frames) response.write(frame)
      response.end()
    })
  })${listening}`

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

const request = (pool, key, mode, inputs) =>
  pool.request({
    path: '/v1/workflows/run',
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ inputs, response_mode: mode, user: 'bench' }),
  })

/** Runs/s and times in ms: of whole runs, and until the first event. */
const load = async (url, key, mode) => {
  const pool = new Pool(url, { connections: CLIENTS })
  const times = []
  const firsts = []
  const client = async (until, keep) => {
    while (performance.now() < until) {
      const begin = performance.now()
      const response = await request(pool, key, mode, { query: 'hello' })
      let text = ''
      let first
      for await (const piece of response.body) {
        text += piece
        if (first === undefined && /data: |^\{/.test(text)) first = performance.now() - begin
      }
      if (response.statusCode !== 200 || !text.includes('hello')) throw new Error(`${response.statusCode} ${text}`)
      if (!keep) continue
      times.push(performance.now() - begin)
      firsts.push(first)
    }
  }
  for (const [seconds, keep] of [
    [1, false],
    [SECONDS, true],
  ]) {
    const until = performance.now() + seconds * 1000
    await Promise.all(Array.from({ length: CLIENTS }, () => client(until, keep)))
  }
  await pool.close()
  const sort = (list) => list.sort((a, b) => a - b)
  const figures = [quantile(sort(times), 0.5), quantile(times, 0.99), quantile(sort(firsts), 0.5)]
  return [(times.length / SECONDS).toFixed(0), ...figures.map((ms) => ms.toFixed(1))]
}

const WANTED = Array.from({ length: WORDS }, (_, i) => `word${i} `).join('')

/** Reads one stream and says what arrived. */
const readStream = async (pool, key, bare) => {
  const response = await request(pool, key, 'streaming', {})
  let open = ''
  let events = 0
  let last = 0
  let disorder = 0
  let said = ''
  let ended = bare
  for await (const piece of response.body.setEncoding('utf8')) {
    open += piece
    let from = 0
    for (let at = open.indexOf('\n\n'); at >= 0; at = open.indexOf('\n\n', from)) {
      if (open.startsWith('data: ', from)) {
        const frame = JSON.parse(open.slice(from + 6, at))
        events++
        if (!(frame.sequence > last)) disorder++
        last = frame.sequence
        if (frame.event === 'text_chunk') said += frame.data.text
        if (frame.event === 'workflow_finished') ended = frame.data.status === 'succeeded'
      }
      from = at + 2
    }
    open = open.slice(from)
  }
  return { events, disorder, lost: !ended || !said.startsWith(WANTED) }
}

const manyStreams = async (url, key, bare = false) => {
  const pool = new Pool(url, { connections: STREAMS })
  // Connections and code get warm.
  await Promise.all(Array.from({ length: 100 }, () => readStream(pool, key, bare)))
  const begin = performance.now()
  const rounds = 3
  const results = []
  for (let i = 0; i < rounds; i++) {
    results.push(...(await Promise.all(Array.from({ length: STREAMS }, () => readStream(pool, key, bare)))))
  }
  const seconds = (performance.now() - begin) / 1000
  await pool.close()
  const sum = (field) => results.reduce((total, result) => total + Number(result[field]), 0)
  return [(sum('events') / seconds).toFixed(0), sum('lost'), sum('disorder')]
}

const words = `
version: "0.6.0"
kind: app
app: { name: Words, mode: workflow, icon: "💬", icon_background: "#FFFFFF", description: "" }
workflow:
  environment_variables: []
  conversation_variables: []
  features: {}
  graph:
    nodes:
      - { id: start, type: custom, data: { type: start, title: Start, variables: [] } }
      - id: llm
        type: custom
        data:
          type: llm
          title: Words
          model: { provider: scripted, name: m, mode: chat, completion_params: {} }
          prompt_template: [{ role: user, text: Speak. }]
          context: { enabled: false, variable_selector: [] }
          vision: { enabled: false }
      - { id: end, type: custom, data: { type: end, title: End, outputs: [{ variable: text, value_selector: [llm, text] }] } }
    edges:
      - { id: a, source: start, target: llm, sourceHandle: source, targetHandle: target }
      - { id: b, source: llm, target: end, sourceHandle: source, targetHandle: target }
`

const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'))
const data = join(folder, 'data')
const scripted = await start(['-e', vendor])
const config = join(folder, 'heddle.yaml')
writeFileSync(
  config,
  `providers: { scripted: { type: openai-compatible, baseUrl: "${scripted.url}/v1", apiKey: none } }\nlog: { level: error }\n`,
)
writeFileSync(join(folder, 'words.yml'), words)
const common = ['--data', data, '--config', config]
const keyFor = (file) => {
  const { app } = heddle('import', file, ...common)
  return heddle('keys', 'create', '--app', app.id, ...common).secret
}
const echo = keyFor(path('../examples/echo.yml'))
const speaker = keyFor(join(folder, 'words.yml'))
const ours = await start([command, 'serve', '--port', '0', '--json', ...common])
const bareRuns = await start(['-e', bare])
const bareEvents = await start(['-e', bareStreams])
try {
  const runs = [['', 'runs/s', 'p50, ms', 'p99, ms', 'first event p50, ms']]
  runs.push(['Heddle, blocking, every run on disk', ...(await load(ours.url, echo, 'blocking'))])
  runs.push(['Heddle, streaming, every run on disk', ...(await load(ours.url, echo, 'streaming'))])
  runs.push(['bare Node HTTP server', ...(await load(bareRuns.url, echo, 'blocking'))])
  console.log(`${machine()}\n\nThree-node echo workflow, ${CLIENTS} clients, ${SECONDS} s\n`)
  table(runs)
  const streams = [['', 'events/s', 'streams with losses', 'out of order']]
  streams.push(['Heddle, words of a scripted vendor', ...(await manyStreams(ours.url, speaker))])
  streams.push(['bare Node server, ready-made events', ...(await manyStreams(bareEvents.url, speaker, true))])
  console.log(`\n${STREAMS} streams at once, ${WORDS} words each\n`)
  table(streams)
} finally {
  for (const server of [ours, bareRuns, bareEvents, scripted]) server.stop()
  rmSync(folder, { recursive: true, force: true })
}
