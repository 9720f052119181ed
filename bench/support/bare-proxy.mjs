// The least a proxy does: reads the body, sends it on with undici, pipes the answer. Argument: the address of the vendor.

import { createServer } from 'node:http'
import { createRequire } from 'node:module'

const { Pool } = createRequire(new URL('../../package.json', import.meta.url))('undici')
const pool = new Pool(process.argv[2], { connections: 256 })

createServer((request, response) => {
  const pieces = []
  request.on('data', (piece) => pieces.push(piece))
  request.on('end', () => {
    const headers = { 'content-type': 'application/json' }
    pool
      .stream(
        { path: request.url, method: 'POST', headers, body: Buffer.concat(pieces) },
        ({ statusCode, headers: told }) => {
          response.writeHead(statusCode, { 'content-type': told['content-type'] })
          return response
        },
      )
      .catch(() => response.destroy())
  })
}).listen(0, '127.0.0.1', function () {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${this.address().port}` }))
})
