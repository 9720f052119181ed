// Claim: a warm run of user code takes at most 10 ms in Python and 2 ms in JavaScript, isolation included.
// Yardsticks: a fresh `python3` process per run where the machine has one, and the same function called in this process.

import { spawnSync } from 'node:child_process'
import { silentLog, systemClock } from '../dist/base/seams.js'
import { createPythonDriver } from '../dist/sandbox/drivers/pyodide/pool.js'
import { createJavascriptDriver } from '../dist/sandbox/drivers/quickjs/pool.js'
import { createCodeRunner } from '../dist/sandbox/runner.js'
import { machine, measure, quantile, table } from './support/measure.mjs'

const ROUNDS = 300
const PYTHON = `
import json, re

def main(text, n):
    words = re.findall(r"\\w+", text)
    return {"count": len(words), "upper": text.upper(), "sum": sum(range(n))}
`
const JAVASCRIPT = `
function main({ text, n }) {
  const words = text.match(/\\w+/g) ?? []
  let sum = 0
  for (let i = 0; i < n; i++) sum += i
  return { count: words.length, upper: text.toUpperCase(), sum }
}
`
const inputsJson = JSON.stringify({ text: 'the quick brown fox jumps over the lazy dog', n: 1000 })

const parts = { clock: systemClock, log: silentLog }
const runner = createCodeRunner({
  python: createPythonDriver({ ...parts, fetch: () => Promise.reject(new Error('no network here')) }),
  javascript: createJavascriptDriver(parts),
})
const once = (language, code) => async () => {
  const { resultJson } = await runner.run({ language, code, inputsJson })
  if (JSON.parse(resultJson).count !== 9) throw new Error(`wrong result: ${resultJson}`)
}
const cold = async (language) => {
  const begin = performance.now()
  await runner.warm(language)
  return performance.now() - begin
}

const rows = [['', 'boot, ms', 'p50, ms', 'p99, ms']]
const add = (name, boot, times) =>
  rows.push([
    name,
    boot === undefined ? '' : boot.toFixed(0),
    quantile(times, 0.5).toFixed(2),
    quantile(times, 0.99).toFixed(2),
  ])

for (const [name, language, code] of [
  ['Python, warm sandbox', 'python3', PYTHON],
  ['JavaScript, warm sandbox', 'javascript', JAVASCRIPT],
]) {
  const boot = await cold(language)
  add(name, boot, await measure(once(language, code), { rounds: ROUNDS }))
}
await runner.close()

const program = `${PYTHON}\nimport sys\nprint(json.dumps(main(**json.loads(sys.stdin.read()))))`
const fresh = () => spawnSync('python3', ['-c', program], { input: inputsJson })
if (fresh().status === 0)
  add('python3, a process per run', undefined, await measure(async () => void fresh(), { rounds: 30 }))
else console.log('python3 is not on this machine: its yardstick is left out')
const direct = new Function(`${JAVASCRIPT}; return main`)()
add(
  'JavaScript, in process',
  undefined,
  await measure(async () => void JSON.stringify(direct(JSON.parse(inputsJson))), { rounds: 2000 }),
)

console.log(`${machine()}\n`)
table(rows)
