// A way to a server over TCP that a test can close and open again, as a network that fails.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Door {
  /** The target's address with this way in its place. */
  readonly url: string
  open(): Promise<void>
  /** Cuts what goes through, and refuses what comes. */
  close(): Promise<void>
}

/** @param target names host and port */
export const openDoor = async (target: URL): Promise<Door> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const behind = connect(Number(target.port || 5432), target.hostname)
    for (const one of [socket, behind]) {
      sockets.add(one.on('error', () => {}).on('close', () => void sockets.delete(one)))
    }
    socket.pipe(behind).pipe(socket)
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const url = new URL(target)
  url.host = `127.0.0.1:${port}`
  return {
    url: url.href,
    open: () => listen(port),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
