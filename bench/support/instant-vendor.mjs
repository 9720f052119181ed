// A vendor that answers at once in both protocols, so that only what stands in front of it is measured. Listens on any port.

import { createServer } from 'node:http'

const CHUNKS = 50
const words = Array.from({ length: CHUNKS }, (_, i) => `word${i} `)
const usage = { prompt_tokens: 20, completion_tokens: CHUNKS, total_tokens: CHUNKS + 20 }
const chunk = (delta, finish = null) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'mock', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
const event = (name, data) => `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`
const text = words.join('')

const plain = {
  '/v1/chat/completions': JSON.stringify({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'mock',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage,
  }),
  '/v1/messages': JSON.stringify({
    id: 'm1',
    type: 'message',
    role: 'assistant',
    model: 'mock',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 20, output_tokens: CHUNKS },
  }),
}
const streams = {
  '/v1/chat/completions': Buffer.from(
    [
      chunk({ role: 'assistant', content: '' }),
      ...words.map((content) => chunk({ content })),
      chunk({}, 'stop'),
      `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'mock', choices: [], usage })}\n\n`,
      'data: [DONE]\n\n',
    ].join(''),
  ),
  '/v1/messages': Buffer.from(
    [
      event('message_start', {
        message: {
          id: 'm1',
          type: 'message',
          role: 'assistant',
          model: 'mock',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 20, output_tokens: 1 },
        },
      }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      ...words.map((word) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: word } })),
      event('content_block_stop', { index: 0 }),
      event('message_delta', {
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: CHUNKS },
      }),
      event('message_stop', {}),
    ].join(''),
  ),
}

createServer((request, response) => {
  const pieces = []
  request.on('data', (piece) => pieces.push(piece))
  request.on('end', () => {
    const streaming = /"stream": ?true/.test(Buffer.concat(pieces).toString('latin1'))
    const path = request.url.split('?')[0]
    if (!(path in plain)) return response.writeHead(404).end('{}')
    if (!streaming) return response.writeHead(200, { 'content-type': 'application/json' }).end(plain[path])
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(streams[path])
  })
}).listen(0, '127.0.0.1', function () {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${this.address().port}` }))
})
