// What a newcomer does: starts the project in a clone, asks the demo app its question and ends the server. Plain node, so
// that it sees the project from outside. Prints what it sees; exit code 1 with the reason when anything is amiss.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Milliseconds for everything, a first install included. */
const LIMIT_MS = 600_000
const QUESTION = 'How does Heddle run Python code?'

const root = fileURLToPath(new URL('..', import.meta.url))
const data = mkdtempSync(join(tmpdir(), 'heddle-smoke-'))

const fail = (reason) => {
  throw new Error(reason)
}

// In a process group of its own, so that nothing of it is left behind whatever happens here.
const command = spawn('npm', ['start', '--silent', '--', '--port', '0', '--json', '--data', data], {
  cwd: root,
  detached: true,
  stdio: ['ignore', 'pipe', 'inherit'],
})
const killAll = () => {
  try {
    process.kill(-command.pid, 'SIGKILL')
  } catch {
    // All of it has ended already.
  }
}
const ended = new Promise((resolve) => command.on('close', (code, by) => resolve(code ?? by)))

const firstLine = () =>
  new Promise((resolve, reject) => {
    createInterface({ input: command.stdout }).once('line', resolve)
    command.once('error', reject)
    void ended.then((code) => reject(new Error(`npm start ended with ${code} before it was ready`)))
  })

const ask = async (url, key) => {
  const response = await fetch(`${url}/v1/chat-messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: QUESTION, inputs: {}, response_mode: 'streaming', user: 'smoke' }),
  })
  if (response.status !== 200) fail(`the question got ${response.status}: ${await response.text()}`)
  const frames = []
  for (const block of (await response.text()).split('\n\n')) {
    if (block.startsWith('data: ')) frames.push(JSON.parse(block.slice('data: '.length)))
  }
  return frames
}

const visit = async () => {
  const line = await firstLine()
  console.log(`npm start says: ${line}`)
  const { url, pid, demo } = JSON.parse(line)
  if (!demo) fail('the first start brought no demo app')
  const frames = await ask(url, demo.key)
  const answer = frames.map(({ event, answer }) => (event === 'message' ? answer : '')).join('')
  console.log(`Q: ${QUESTION}\nA: ${answer}`)
  if (!/Pyodide/.test(answer)) fail('the answer does not hold what was asked for')
  const last = frames.at(-1)
  if (last?.event !== 'workflow_finished' || last.data.status !== 'succeeded') {
    fail(`the stream ends with ${JSON.stringify(last)}`)
  }
  console.log(`${frames.length} events, the last: ${last.event} ${last.data.status}, ${last.data.total_steps} steps`)
  // To the server itself: the shell that npm puts in between would die of the signal before its child has ended.
  process.kill(pid, 'SIGTERM')
  const code = await ended
  console.log(`npm start ended with ${code}`)
  if (code !== 0) fail('the server did not end well')
}

let timer
const timeout = new Promise((_, reject) => {
  timer = setTimeout(() => reject(new Error(`nothing more happened within ${LIMIT_MS / 1000} s`)), LIMIT_MS)
})
try {
  await Promise.race([visit(), timeout])
  console.log('smoke: passed')
} catch (error) {
  console.log(`smoke: FAILED: ${error.message}`)
  process.exitCode = 1
} finally {
  clearTimeout(timer)
  killAll()
  await ended
  rmSync(data, { recursive: true, force: true })
}
