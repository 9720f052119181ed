// A wire to a server that a test can hold and cut: what the network does to Redis on a bad day.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** Nothing passes any more, but every connection stays. */
  hold(): void
  /** Everything passes again. */
  release(): void
  /** Ends every connection and takes no new one. */
  cut(): Promise<void>
  /** Takes connections again, at the same port. */
  restore(): Promise<void>
  close(): Promise<void>
}

export const startTcpProxy = async (target: { readonly host: string; readonly port: number }): Promise<TcpProxy> => {
  const sockets = new Set<Socket>()
  let held = false
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    if (held) socket.pause()
    return socket
  }
  const serve = async (port: number): Promise<Server> => {
    const server = createServer((near) => {
      const far = keep(connect(target))
      keep(near)
      near.pipe(far).pipe(near)
      near.on('close', () => far.destroy())
      far.on('close', () => near.destroy())
      if (held) for (const socket of [near, far]) socket.unpipe()
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server
  }
  let server = await serve(0)
  const { port } = server.address() as AddressInfo
  const cut = async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return {
    port,
    hold() {
      held = true
      for (const socket of sockets) socket.pause()
    },
    release() {
      held = false
      for (const socket of sockets) socket.resume()
    },
    cut,
    async restore() {
      server = await serve(port)
    },
    async close() {
      if (server.listening) await cut()
    },
  }
}
