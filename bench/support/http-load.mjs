// Sends one request over and over on C connections, and prints how long answers took. A process of its own, and no HTTP client:
// on two cores the load would else be what is measured.
// Arguments, as JSON: { port, request, connections, seconds, warmUpSeconds, expect }

import { connect } from 'node:net'

const { port, request, connections, seconds, warmUpSeconds, expect } = JSON.parse(process.argv[2])
const bytes = Buffer.from(request)
const END = Buffer.from('0\r\n\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')

/** One answer after the other on one connection. */
const client = (until, told) =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let begun = 0
    let pieces = []
    let size = 0
    /** Of the body; -1: chunked. Undefined: the head has not come yet. */
    let wanted
    let headBytes = 0
    let status = 0
    const send = () => {
      if (performance.now() >= until) {
        socket.destroy()
        return resolve()
      }
      pieces = []
      size = 0
      wanted = undefined
      begun = performance.now()
      socket.write(bytes)
    }
    const finish = () => {
      const text = Buffer.concat(pieces).toString('latin1')
      told(performance.now() - begun, status === 200 && text.includes(expect), text)
      send()
    }
    socket.on('data', (chunk) => {
      pieces.push(chunk)
      size += chunk.length
      if (wanted === undefined) {
        const head = pieces.length === 1 ? chunk : Buffer.concat(pieces)
        const end = head.indexOf(HEAD_END)
        if (end < 0) return
        const text = head.subarray(0, end).toString('latin1')
        status = Number(text.slice(9, 12))
        headBytes = end + 4
        const length = /content-length: *(\d+)/i.exec(text)
        wanted = length ? Number(length[1]) : -1
      }
      if (wanted >= 0) {
        if (size >= headBytes + wanted) finish()
        return
      }
      // The last five bytes, which may have come in two pieces.
      const last = chunk.length >= 5 ? chunk.subarray(-5) : Buffer.concat(pieces.slice(-3)).subarray(-5)
      if (last.equals(END)) finish()
    })
    socket.on('error', reject)
    socket.on('close', () => (performance.now() < until ? reject(new Error('the connection was closed')) : resolve()))
    socket.on('connect', send)
  })

const run = async (ms, told) => {
  const until = performance.now() + ms
  await Promise.all(Array.from({ length: connections }, () => client(until, told)))
}

await run(warmUpSeconds * 1000, () => {})
process.stderr.write('warm\n')
const times = []
let failed = 0
let sample = ''
const begin = performance.now()
await run(seconds * 1000, (ms, ok, text) => {
  times.push(ms)
  if (ok) return
  failed++
  sample ||= text.slice(0, 500)
})
const elapsed = (performance.now() - begin) / 1000
times.sort((a, b) => a - b)
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
console.log(
  JSON.stringify({
    perSecond: times.length / elapsed,
    p50: at(0.5),
    p99: at(0.99),
    answers: times.length,
    failed,
    sample,
  }),
)
