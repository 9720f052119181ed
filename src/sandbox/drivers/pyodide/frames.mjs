// Blocking frames on one inherited descriptor: u32 little-endian length of what follows, one type byte, payload.
// Reading blocks on purpose: between two runs the child does nothing, and inside a run it answers nobody.

import { readSync, writeSync } from 'node:fs'

const waitCell = new Int32Array(new SharedArrayBuffer(4))

/** Sleeps without the event loop. */
export const pause = (ms) => {
  Atomics.wait(waitCell, 0, 0, ms)
}

const retrying = (operation) => {
  for (;;) {
    try {
      return operation()
    } catch (error) {
      // Some platforms hand over a non-blocking descriptor.
      if (error.code !== 'EAGAIN') throw error
      pause(1)
    }
  }
}

/** @param onEnd called when the other side is gone; must not return */
export const createFrames = ({ fd, onEnd }) => {
  const fill = (buffer) => {
    let at = 0
    while (at < buffer.length) {
      const count = retrying(() => readSync(fd, buffer, at, buffer.length - at, null))
      if (count === 0) onEnd()
      at += count
    }
    return buffer
  }
  return {
    /** @returns { type: string, payload: Buffer } */
    read() {
      const head = fill(Buffer.alloc(5))
      return { type: String.fromCharCode(head[4]), payload: fill(Buffer.alloc(head.readUInt32LE(0) - 1)) }
    },
    /** @param parts buffers written one after the other as one payload */
    write(type, ...parts) {
      const head = Buffer.alloc(5)
      head.writeUInt32LE(
        parts.reduce((sum, part) => sum + part.length, 1),
        0,
      )
      head[4] = type.charCodeAt(0)
      const bytes = Buffer.concat([head, ...parts])
      for (let at = 0; at < bytes.length; ) at += retrying(() => writeSync(fd, bytes, at))
    },
  }
}
